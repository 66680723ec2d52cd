#!/usr/bin/env python3
"""Checks vectors/state and vectors/transactions without any of our code: hashlib and a textbook P-256.

usage: python3 vectors/check.py        prints one line and exits 0, or stops at the first vector that does not hold
"""
import base64
import hashlib
import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))


def sha(data):
    return hashlib.sha256(data).digest()


def load(*path):
    with open(os.path.join(HERE, *path), encoding="utf-8") as file:
        return json.load(file)


# State tree: Jellyfish hash rules, the root from its definition, proofs from docs/reference/formats.md.

PLACEHOLDER = b"SPARSE_MERKLE_PLACEHOLDER_HASH__"


def leaf(path, value_hash):
    return sha(b"JMT::LeafNode" + path + value_hash)


def inner(left, right):
    return sha(b"JMT::IntrnalNode" + left + right)


def bit(data, index):
    return data[index // 8] >> (7 - index % 8) & 1


def state_root(entries, depth=0):
    if not entries:
        return PLACEHOLDER
    if len(entries) == 1:
        return leaf(*entries[0])
    return inner(
        state_root([e for e in entries if not bit(e[0], depth)], depth + 1),
        state_root([e for e in entries if bit(e[0], depth)], depth + 1))


def check_state():
    vector = load("state", "proofs.json")
    root = base64.b64decode(vector["root"])
    assert root == state_root([(sha(b"key/%d" % i), sha(b"value-%d" % i)) for i in range(vector["keys"])])
    for row in vector["proofs"]:
        proof = bytes.fromhex(row["proof"])
        kind, depth = proof[0], int.from_bytes(proof[1:3], "big")
        bitmap, rest = proof[3:3 + (depth + 7) // 8], proof[3 + (depth + 7) // 8:]
        siblings = []
        for i in range(depth):
            siblings.append(rest[:32] if bit(bitmap, i) else PLACEHOLDER)
            rest = rest[32:] if bit(bitmap, i) else rest
        path = sha(row["key"].encode())
        assert (kind == 1) == ("value" in row)
        if kind == 1:
            node = leaf(path, sha(row["value"].encode()))
        elif kind == 2:
            node = PLACEHOLDER
        else:
            assert rest[:32] != path and all(bit(path, i) == bit(rest, i) for i in range(depth))
            node, rest = leaf(rest[:32], rest[32:64]), rest[64:]
        for i in reversed(range(depth)):
            node = inner(siblings[i], node) if bit(path, i) else inner(node, siblings[i])
        assert not rest and node == root, row["key"]
    return len(vector["proofs"])


# Transactions: DSSE PAE, RFC 6962 batches, WebAuthn assertions, ECDSA P-256.

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    slope = (3 * a[0]**2 - 3) * pow(2 * a[1], -1, P) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope**2 - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def multiply(factor, point):
    result = None
    while factor:
        result = add(result, point) if factor & 1 else result
        point, factor = add(point, point), factor >> 1
    return result


def ecdsa(compressed, digest, signature):
    x = int.from_bytes(compressed[1:], "big")
    y = pow((x**3 - 3 * x + B) % P, (P + 1) // 4, P)
    y = y if y & 1 == compressed[0] & 1 else P - y
    assert (y * y - x**3 + 3 * x - B) % P == 0
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    w = pow(s, -1, N)
    point = add(multiply(int.from_bytes(digest, "big") * w % N, G), multiply(r * w % N, (x, y)))
    return point[0] % N == r


def pae(kind, body):
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)


# What Chromium adds at random; see docs/reference/formats.md.
REMINDER = ',"other_keys_can_be_added_here":"do not compare clientDataJSON against a template. See https://goo.gl/yabPex"'


def batch_root(node, index, size, path):
    """RFC 9162 section 2.1.3.2."""
    last = size - 1
    for sibling in path:
        if index & 1 or index == last:
            node = sha(b"\x01" + sibling + node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = sha(b"\x01" + node + sibling)
        index, last = index >> 1, last >> 1
    assert last == 0
    return node


def check_transactions():
    rows = load("transactions", "envelopes.json")["envelopes"]
    for row in rows:
        envelope = json.loads(row["envelope"])
        assert json.dumps(envelope, separators=(",", ":"), sort_keys=True) == row["envelope"]
        payload = base64.b64decode(envelope["payload"])
        message = pae(envelope["payloadType"].encode(), payload)
        assert payload.decode() == row["payload"] and sha(message).hex() == row["paeSha256"]
        assert base64.b64encode(sha(message)).decode() == row["transactionId"]

        signature = envelope["signatures"][0]
        assert json.loads(payload)["signer"] == signature["keyid"]
        scheme, point = row["key"].split(":")
        point = base64.b64decode(point)
        assert signature["scheme"] == scheme
        assert "k-" + sha(scheme.encode() + b"\0" + point)[:16].hex() == row["keyid"] == signature["keyid"]
        if "batch" in signature:
            batch = signature["batch"]
            root = batch_root(sha(b"\x00" + message), batch["index"], batch["size"], map(base64.b64decode, batch["path"]))
            message = pae(b"application/vnd.mingjian.batch.v1", root)
        digest = sha(message)
        assert digest.hex() == row["signedMessageSha256"]
        if scheme == "webauthn-es256":
            client_data = base64.b64decode(signature["webauthn"]["clientDataJson"])
            authenticator_data = base64.b64decode(signature["webauthn"]["authenticatorData"])
            claims = json.loads(client_data)
            challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            start = '{"type":"webauthn.get","challenge":"%s","origin":"%s"' % (challenge, claims["origin"])
            assert client_data.decode() in [start + more + "}" for some in (",\"crossOrigin\":false", "") for more in (some, some + REMINDER)]
            labels = claims["origin"].split("//")[1].split(":")[0].split(".")
            assert authenticator_data[:32] in [sha(".".join(labels[i:]).encode()) for i in range(max(1, len(labels) - 1))]
            assert len(authenticator_data) == 37 and authenticator_data[32] in (0x05, 0x0d, 0x1d)
            digest = sha(authenticator_data + sha(client_data))
        assert ecdsa(point, digest, base64.b64decode(signature["sig"])), row["note"]
    return len(rows)


if __name__ == "__main__":
    print(f"{check_state()} state proofs and {check_transactions()} envelopes hold")
