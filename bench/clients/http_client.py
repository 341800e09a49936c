"""A careful script with nothing but the standard library."""

import base64
import http.client
import json
import sys


def main(url: str, prompt: str, out: str) -> None:
    host, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=600)
    body = json.dumps({"model": "m", "prompt": prompt})
    connection.request("POST", f"/{path}/images/generations", body, {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    with open(out, "wb") as file:
        file.write(base64.b64decode(answer["data"][0]["b64_json"]))


if __name__ == "__main__":
    main(*sys.argv[1:])
