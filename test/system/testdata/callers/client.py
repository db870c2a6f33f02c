"""Shows the gateway each case of standard input over gRPC and prints what came back.

A case has a name, values of authorization, and files of a certificate and its key or "". An
answer is all that a client sees but the id of the call.
"""

import base64
import concurrent.futures
import json
import sys
import time

import grpc

address, authority = sys.argv[1:]
SPOKEN_DIGITS = bytes([0x10, 4])


def read(path):
    with open(path, "rb") as file:
        return file.read()


def channel(certificate, key):
    pair = {"private_key": read(key), "certificate_chain": read(certificate)} if certificate else {}
    credentials = grpc.ssl_channel_credentials(root_certificates=read(authority), **pair)
    return grpc.secure_channel(address, credentials, options=[("grpc.use_local_subchannel_pool", 1)])


def call(on, case):
    issue = on.unary_unary("/liveness.v1.LivenessService/IssueLivenessToken")
    metadata = [("authorization", value) for value in case["authorization"]]
    begun = time.monotonic()
    try:
        issue(SPOKEN_DIGITS, metadata=metadata, timeout=30)
        answer = "OK"
    except grpc.RpcError as failure:
        trailers = dict(failure.trailing_metadata())
        request = trailers.pop("x-request-id", "none").encode()
        details = trailers.pop("grpc-status-details-bin", b"").replace(request, b"ID")
        answer = f"{failure.code()} {failure.details()} {sorted(trailers.items())} {base64.b64encode(details).decode()}"
        answer += " " + ("CALLER_UNAUTHENTICATED" if b"CALLER_UNAUTHENTICATED" in details else "")
    return {"name": case["name"], "answer": answer, "ms": (time.monotonic() - begun) * 1000}


def show(case):
    if not case["certificate"]:
        return call(shared, case)
    with channel(case["certificate"], case["key"]) as own:
        return call(own, case)


shared = channel("", "")
grpc.channel_ready_future(shared).result(timeout=30)
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    json.dump(list(pool.map(show, json.load(sys.stdin))), sys.stdout)
