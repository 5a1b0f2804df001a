#!/usr/bin/env python3
"""Signs COUNT random requests of the gateway's kind with botocore's SigV4Auth, one JSON object a line.

usage: sign_with_botocore.py COUNT SEED > requests.jsonl

OracleTests signs the same requests and demands the same Authorization. Needs botocore (1.43.11 was used).
"""

import base64
import datetime
import json
import random
import string
import sys

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

REGIONS = ["us-east-1", "us-gov-west-1", "eu-central-1", "ap-southeast-2", "cn-north-1", "x"]
OPERATIONS = ["GetMedicalTranscriptionJob", "ListMedicalTranscriptionJobs"]
NAMES = ["Transcribe.{}.amazonaws.com", "transcribe-fips.{}.amazonaws.com", "LOCALHOST", "127.0.0.1", "::1"]
ALPHANUMERIC = string.ascii_uppercase + string.digits
BASE64 = string.ascii_letters + string.digits + "+/"


def text(rng, alphabet, length):
    return "".join(rng.choices(alphabet, k=length))


def time(rng):
    """Any millisecond of 1970 to 2099; every second one within two seconds of a midnight UTC."""
    day = datetime.datetime(1970, 1, 1) + datetime.timedelta(days=rng.randrange(47_482))
    near = rng.randrange(2) == 0 and day.year > 1970
    return day + datetime.timedelta(milliseconds=rng.randrange(-2000, 2000) if near else rng.randrange(86_400_000))


def credentials(rng):
    token = text(rng, BASE64, rng.randrange(1, 1200)) + "==" if rng.randrange(2) else None
    key_id = rng.choice(["AKIA", "ASIA"]) + text(rng, ALPHANUMERIC, 16)
    return {"accessKeyID": key_id, "secretAccessKey": text(rng, BASE64, 40), "sessionToken": token}


def body(rng):
    if rng.randrange(4) == 0:
        return rng.randbytes(rng.randrange(300))
    name = text(rng, string.ascii_letters + string.digits + "._-", rng.randrange(1, 201))
    return json.dumps({"MedicalTranscriptionJobName": name}).encode()


def example(rng):
    region = rng.choice(REGIONS)
    return {
        "scheme": rng.choice(["http", "https"]),
        "host": rng.choice(NAMES).format(region),
        "port": rng.choice([None, None, 80, 443, 4566, 65535]),
        "contentType": rng.choice(["application/x-amz-json-1.1", " application/json;  charset=utf-8 "]),
        "operation": "Transcribe." + rng.choice(OPERATIONS),
        "userAgent": "agent/" + text(rng, string.digits, 3),
        "body": body(rng),
        "region": region,
        "credentials": credentials(rng),
        "time": time(rng),
    }


def sign(example):
    """The header lines of the example after botocore has signed it."""
    host = f"[{example['host']}]" if ":" in example["host"] else example["host"]
    port = "" if example["port"] is None else f":{example['port']}"
    headers = {
        "Content-Type": example["contentType"],
        "X-Amz-Target": example["operation"],
        "User-Agent": example["userAgent"],
    }
    request = AWSRequest("POST", f"{example['scheme']}://{host}{port}/", headers=headers, data=example["body"])
    botocore.auth.get_current_datetime = lambda: example["time"]
    key = example["credentials"]
    signer = Credentials(key["accessKeyID"], key["secretAccessKey"], key["sessionToken"])
    botocore.auth.SigV4Auth(signer, "transcribe", example["region"]).add_auth(request)
    return dict(request.headers.items())


def main(count, seed):
    rng = random.Random(seed)
    for _ in range(count):
        made = example(rng)
        signed = sign(made)
        made["signed"] = {name: signed.get(name) for name in ["Authorization", "X-Amz-Date", "X-Amz-Security-Token"]}
        made["body"] = base64.b64encode(made["body"]).decode()
        made["time"] = made["time"].isoformat(timespec="milliseconds") + "Z"
        print(json.dumps(made))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
