# SPDX-License-Identifier: Apache-2.0
"""A pytest plugin for moto's suites in server mode: where they reset moto's server, there is a fresh box."""
import atexit
import os
import shutil
import subprocess
import tempfile

import moto.core.models

box = home = None


def stop():
    global box
    if box is not None:
        box.terminate()
        box.wait()
        shutil.rmtree(home, ignore_errors=True)
        box = None


def fresh():
    global box, home
    stop()
    home = tempfile.mkdtemp(prefix="outside.", dir="/tmp")
    box = subprocess.Popen(
        [os.environ["VPCBOX"], "serve", "--home", home + "/home", "--port", os.environ["BOX_PORT"], "--account",
         "123456789012", "--region", "us-east-1", "--insecure-any-key", "--dataplane", os.environ["BOX_DATAPLANE"]],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    box.stdout.readline()


atexit.register(stop)
moto.core.models.ServerModeMockAWS.reset = lambda self: fresh()
