-- SPDX-License-Identifier: Apache-2.0
-- A signed API call's size: 300 bytes of form behind the usual headers.
wrk.method = "POST"
wrk.body = string.rep("a", 300)
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
wrk.headers["User-Agent"] = "aws-cli/2.9 Python/3.11"
wrk.headers["X-Amz-Date"] = "20260101T000000Z"
wrk.headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/ec2/aws4_request, "
  .. "SignedHeaders=content-type;host;x-amz-date, Signature=" .. string.rep("0", 64)
