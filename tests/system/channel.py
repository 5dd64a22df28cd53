# SPDX-License-Identifier: Apache-2.0
# channel: a session's data channel, byte by byte: RFC 6455 and the frames of Session Manager; and signed agents' calls.
import base64
import hashlib
import json
import os
import socket
import struct
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

import botocore.auth
import botocore.awsrequest
import botocore.credentials


def signed(url, region, credentials, service, path, target, body):
    """What the service answers to a call with these credentials: (status, text)."""
    request = botocore.awsrequest.AWSRequest("POST", url + path, {
        "Content-Type": "application/json" if target is None else "application/x-amz-json-1.1",
        **({} if target is None else {"X-Amz-Target": target})}, json.dumps(body))
    botocore.auth.SigV4Auth(botocore.credentials.Credentials(*credentials), service, region).add_auth(request)
    try:
        with urllib.request.urlopen(urllib.request.Request(request.url, request.body, dict(request.headers)), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode()


def channel_request():
    return {"MessageSchemaVersion": "1.0", "RequestId": str(uuid.uuid4()), "ClientId": str(uuid.uuid4())}


def instance_credentials(instance, where="iam/security-credentials/managed"):
    """What IMDS gives to the instance."""
    own = json.loads(instance.sh("""t=$(curl -sX PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' $0/api/token)
        curl -s -H "X-aws-ec2-metadata-token: $t" $0/meta-data/$1""".replace(
            "$0", "http://169.254.169.254/latest").replace("$1", where)))
    return own["AccessKeyId"], own["SecretAccessKey"], own["Token"]


class Channel:
    """The client's end of a data channel, byte by byte: RFC 6455 and the frames of Session Manager."""

    def __init__(self, answer, token=None):
        url = urllib.parse.urlsplit(answer["StreamUrl"])
        self.sock = socket.create_connection((url.hostname, url.port), 10)
        self.buffer = b""
        self.sock.sendall(("GET %s?%s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n" % (
                               url.path, url.query, url.netloc, base64.b64encode(os.urandom(16)).decode())).encode())
        while b"\r\n\r\n" not in self.buffer:
            self.more()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        self.status = int(head.split()[1])
        self.sequence = 0
        if self.status == 101:
            self.send(1, json.dumps({"MessageSchemaVersion": "1.0", "RequestId": str(uuid.uuid4()),
                                     "TokenValue": token or answer["TokenValue"], "ClientId": str(uuid.uuid4()),
                                     "ClientVersion": "1.2.0.0"}).encode())

    def more(self):
        part = self.sock.recv(65536)
        if not part:
            raise EOFError
        self.buffer += part

    def send(self, opcode, data):
        n = len(data)
        mask = os.urandom(4) if n < 65536 else bytes(4)
        length = (bytes([0x80 | n]) if n < 126 else b"\xfe" + struct.pack("!H", n) if n < 65536 else
                  b"\xff" + struct.pack("!Q", n))
        masked = data if mask == bytes(4) else bytes(b ^ mask[i & 3] for i, b in enumerate(data))
        self.sock.sendall(bytes([0x80 | opcode]) + length + mask + masked)

    def message(self):
        """The next WebSocket message: (opcode, data)."""
        while True:
            n = self.buffer[1] & 127 if len(self.buffer) > 1 else 200
            at = 2 + {126: 2, 127: 8}.get(n, 0)
            if len(self.buffer) > at:
                if n >= 126:
                    n = int.from_bytes(self.buffer[2:at], "big")
                if len(self.buffer) >= at + n:
                    opcode, data = self.buffer[0] & 15, self.buffer[at:at + n]
                    self.buffer = self.buffer[at + n:]
                    return opcode, data
            self.more()

    def frame(self):
        """The next frame of the stream, acknowledged: (message type, payload type, payload)."""
        while True:
            opcode, data = self.message()
            if opcode == 8:
                raise EOFError
            if opcode != 2:
                continue
            kind, sequence = data[4:36].decode().rstrip(), int.from_bytes(data[48 - 0:56], "big")
            payload = data[120:]
            assert int.from_bytes(data[0:4], "big") == 116 and len(payload) == int.from_bytes(data[116:120], "big")
            assert data[80:112] == hashlib.sha256(payload).digest()
            if kind == "output_stream_data":
                low, high = data[64:72], data[72:80]
                self.put("acknowledge", 0, 3, json.dumps({
                    "AcknowledgedMessageType": kind, "AcknowledgedMessageId": str(uuid.UUID(bytes=high + low)),
                    "AcknowledgedMessageSequenceNumber": sequence, "IsSequentialMessage": True}).encode(), 0)
            if kind != "acknowledge":
                return kind, int.from_bytes(data[112:116], "big"), payload

    def put(self, kind, payload_type, flags, payload, sequence):
        uid = uuid.uuid4().bytes
        self.send(2, struct.pack("!I32sIQqQ", 116, kind.ljust(32).encode(), 1, int(time.time() * 1000), sequence, flags) +
                  uid[8:] + uid[:8] + hashlib.sha256(payload).digest() + struct.pack("!II", payload_type, len(payload)) +
                  payload)

    def input(self, payload_type, payload):
        self.put("input_stream_data", payload_type, int(self.sequence == 0), payload, self.sequence)
        self.sequence += 1
