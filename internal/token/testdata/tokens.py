"""Make tokens with real libraries, and decode them with real libraries.

    tokens.py make               prints the cases, their tokens and keys as JSON
    tokens.py decode LIBRARY     reads that JSON and prints what LIBRARY raises

The clock is fixed, so that the edges of exp, nbf and iat can be compared.
"""
import base64
import hashlib
import hmac
import json
import random
import sys
import warnings

warnings.simplefilter("ignore")
NOW = 1_800_000_000
SECRET = "k" * 20 + "-a-secret-that-is-long-enough-for-hs512-as-well-0123456789"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def by_hand(claims, key, header):
    """An HS256 token, whatever the header says."""
    part = b64(json.dumps(header).encode()) + "." + b64(json.dumps(claims).encode())
    return part + "." + b64(hmac.new(key.encode(), part.encode(), hashlib.sha256).digest())


def keys():
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    def pems(name, key):
        private = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
        public = key.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)
        return {name + "-private": private.decode(), name: public.decode()}

    out = {
        "secret": SECRET, "other": "another-" + SECRET, "newline": SECRET + "\n", "empty": "", "short": "secret",
        "quoted": '"' + SECRET + '"', "number": "12345678901234567890", "true": "true",
        "oct-jwk": json.dumps({"kty": "oct", "k": b64(SECRET.encode())}),
    }
    rsa_key = rsa.generate_private_key(65537, 2048)
    out |= pems("rsa", rsa_key) | pems("rsa2", rsa.generate_private_key(65537, 2048))
    out |= pems("ec", ec.generate_private_key(ec.SECP256R1())) | pems("p384", ec.generate_private_key(ec.SECP384R1()))
    out |= pems("ed", ed25519.Ed25519PrivateKey.generate())
    out["rsa-pkcs1"] = rsa_key.private_bytes(
        s.Encoding.PEM, s.PrivateFormat.TraditionalOpenSSL, s.NoEncryption()).decode()
    n = rsa_key.public_key().public_numbers()
    size = (n.n.bit_length() + 7) // 8
    out["rsa-jwk"] = json.dumps({"kty": "RSA", "n": b64(n.n.to_bytes(size, "big")), "e": "AQAB"})
    return out


def encode(maker, claims, key, alg, header):
    if maker == "hand":
        return by_hand(claims, key, {"alg": alg} | header)
    if maker == "pyjwt":
        import jwt
        return jwt.encode(claims, key, algorithm=alg, headers=header)
    if maker == "jose":
        from jose import jwt
        return jwt.encode(claims, key, algorithm=alg, headers=header)
    from authlib.jose import JsonWebToken
    return JsonWebToken([alg]).encode({"alg": alg} | header, claims, key).decode()


def cases():
    """name, maker, claims, key that signs, algorithm, how it is decoded"""
    ok = {"sub": "alice", "exp": NOW + 600}
    out = []

    def case(name, claims=ok, maker="pyjwt", sign="secret", alg="HS256", header=None, edit=None, **decode):
        decode.setdefault("keys", [sign])
        decode.setdefault("algorithms", [alg])
        out.append({"name": name, "maker": maker, "claims": claims, "sign": sign, "alg": alg,
                    "header": header or {}, "edit": edit, "decode": decode})

    for maker in ("pyjwt", "jose", "authlib"):
        case("good, by " + maker, maker=maker)
        case("wrong key, by " + maker, maker=maker, keys=["other"])
        case("wrong algorithm, by " + maker, maker=maker, alg="HS512", algorithms=["HS256"])
        case("expired, by " + maker, ok | {"exp": NOW - 60}, maker=maker)
        case("good RS256, by " + maker, maker=maker, sign="rsa-private", alg="RS256", keys=["rsa"])
        case("good ES256, by " + maker, maker=maker, sign="ec-private", alg="ES256", keys=["ec"])
    case("HS384", alg="HS384", maker="jose")
    case("HS512 of two allowed", alg="HS512", algorithms=["HS256", "HS512"])
    case("key with a newline", keys=["newline"])
    case("two keys, the second fits", keys=["other", "secret"])
    case("two keys, none fits", keys=["other", "short"])
    case("short key", sign="short")
    case("empty key", maker="hand", sign="empty")
    case("empty key when verifying", keys=["empty"])
    case("quoted key on both sides", sign="quoted")
    case("quoted key when verifying", keys=["quoted"])
    case("key that is a number", sign="number")
    case("key that is a JSON word", sign="true")
    case("JWK text as the secret", keys=["oct-jwk"])
    case("PEM as the secret", keys=["rsa"])
    case("algorithms not passed", algorithms=None)
    case("algorithms empty", algorithms=[])
    case("algorithms not passed, RS256", sign="rsa-private", alg="RS256", keys=["rsa"], algorithms=None)
    case("algorithms not passed, HS512", alg="HS512", algorithms=None)
    case("RS256 token, HS256 allowed, secret", sign="rsa-private", alg="RS256", algorithms=["HS256"], keys=["secret"])
    case("RS256 token, RS256 allowed, secret", sign="rsa-private", alg="RS256", keys=["secret"])
    case("RS256 token, wrong public key", sign="rsa-private", alg="RS256", keys=["rsa2"])
    case("RS256 token, private key", sign="rsa-private", alg="RS256", keys=["rsa-private"])
    case("RS256 token, PKCS1 private key", sign="rsa-pkcs1", alg="RS256", keys=["rsa-pkcs1"])
    case("RS256 token, JWK", sign="rsa-private", alg="RS256", keys=["rsa-jwk"])
    case("RS256 token, EC key", sign="rsa-private", alg="RS256", keys=["ec"])
    case("RS256 token, EC private key", sign="rsa-private", alg="RS256", keys=["ec-private"])
    case("RS512", sign="rsa-private", alg="RS512", keys=["rsa"])
    case("PS256", sign="rsa-private", alg="PS256", keys=["rsa"])
    case("PS256, wrong key", sign="rsa-private", alg="PS256", keys=["rsa2"])
    case("ES256 token, private key", sign="ec-private", alg="ES256", keys=["ec-private"])
    case("ES256 token, RSA key", sign="ec-private", alg="ES256", keys=["rsa"])
    case("ES256 token, secret", sign="ec-private", alg="ES256", keys=["secret"])
    case("ES256 token, P-384 key", sign="ec-private", alg="ES256", keys=["p384"])
    case("ES384", sign="p384-private", alg="ES384", keys=["p384"])
    case("EdDSA", sign="ed-private", alg="EdDSA", keys=["ed"])
    case("EdDSA, private key", sign="ed-private", alg="EdDSA", keys=["ed-private"])
    case("EdDSA, RSA key", sign="ed-private", alg="EdDSA", keys=["rsa"])
    case("EdDSA, secret", sign="ed-private", alg="EdDSA", keys=["secret"])
    case("payload tampered", edit="payload")
    case("header tampered", edit="header")
    case("signature tampered", edit="signature")
    case("signature cut", edit="cut")
    case("signature empty", edit="unsigned")
    case("padding kept", edit="padding")
    case("superfluous bits in the signature", edit="bits")
    case("none", maker="hand", alg="none", algorithms=["HS256"], edit="unsigned")
    case("none, allowed", maker="hand", alg="none", algorithms=["none"], edit="unsigned")
    case("none, allowed, no key", maker="hand", alg="none", algorithms=["none"], edit="unsigned", keys=["empty"])
    case("algorithm in lower case", maker="hand", alg="hs256", algorithms=["HS256"])
    case("algorithm nobody knows", maker="hand", alg="XX256", algorithms=["XX256"])
    case("no algorithm", maker="hand", alg=None, algorithms=["HS256"])
    case("kid", header={"kid": "one"})
    case("kid is a number", maker="hand", header={"kid": 7})
    case("crit unknown", maker="hand", header={"crit": ["exp"], "exp": 1})
    case("crit names what is missing", maker="hand", header={"crit": ["kid"]})
    case("crit known", maker="hand", header={"crit": ["kid"], "kid": "a"})
    case("crit is no list", maker="hand", header={"crit": 1})
    case("crit is empty", maker="hand", header={"crit": []})
    case("typ is null", maker="hand", header={"typ": None})
    case("header unknown", header={"x-own": "a"})
    for name, value in (("now", NOW), ("now minus one", NOW - 1), ("a second left", NOW + 1), ("a float", NOW - 0.5),
                        ("text", str(NOW + 60)), ("text in the past", str(NOW - 60)), ("words", "tomorrow"),
                        ("ISO text", "2030-01-01T00:00:00"), ("null", None), ("a list", [NOW]), ("true", True),
                        ("milliseconds", NOW * 1000), ("negative", -1), ("zero", 0), ("huge", 10**30)):
        case("exp is " + name, {"sub": "a", "exp": value}, maker="hand")
    case("exp missing", {"sub": "alice"})
    case("exp missing and required", {"sub": "alice"}, require=["exp"])
    case("two required are missing", {"a": 1}, require=["sub", "exp"])
    case("required is null", {"sub": None, "exp": NOW + 9}, maker="hand", require=["sub"])
    case("required of its own", ok, require=["role"])
    case("expired within leeway", ok | {"exp": NOW - 5}, leeway=10)
    case("expired at the edge of leeway", ok | {"exp": NOW - 10}, leeway=10)
    case("expired beyond leeway", ok | {"exp": NOW - 15}, leeway=10)
    case("expired, exp not verified", ok | {"exp": NOW - 60}, options={"verify_exp": False})
    case("expired, signature not verified", ok | {"exp": NOW - 60}, keys=["other"], options={"verify_signature": False})
    case("expired, only exp verified", ok | {"exp": NOW - 60}, keys=["other"],
         options={"verify_signature": False, "verify_exp": True})
    case("nbf in the future", ok | {"nbf": NOW + 60})
    case("nbf now", ok | {"nbf": NOW})
    case("nbf within leeway", ok | {"nbf": NOW + 5}, leeway=10)
    case("nbf is words", ok | {"nbf": "soon"}, maker="hand")
    case("nbf not verified", ok | {"nbf": NOW + 60}, options={"verify_nbf": False})
    case("iat in the future", ok | {"iat": NOW + 60})
    case("iat two seconds ahead", ok | {"iat": NOW + 2})
    case("iat within leeway", ok | {"iat": NOW + 2}, leeway=5)
    case("iat is words", ok | {"iat": "now"}, maker="hand")
    case("iat is null", ok | {"iat": None}, maker="hand")
    case("iat not verified", ok | {"iat": NOW + 60}, options={"verify_iat": False})
    case("iat and exp both refuse", {"iat": NOW + 60, "exp": NOW - 60})
    case("aud fits", ok | {"aud": "api"}, audience=["api"])
    case("aud not passed", ok | {"aud": "api"})
    case("aud not passed, a list", ok | {"aud": ["api", "web"]})
    case("aud differs", ok | {"aud": "api"}, audience=["web"])
    case("aud missing", ok, audience=["api"])
    case("aud missing and required", ok, audience=["api"], require=["aud"])
    case("aud of several", ok | {"aud": ["web", "api"]}, audience=["api"])
    case("aud against a list", ok | {"aud": "api"}, audience=["web", "api"])
    case("aud is empty", ok | {"aud": ""}, maker="hand", audience=["api"])
    case("aud is an empty list", ok | {"aud": []}, maker="hand")
    case("aud is a number", ok | {"aud": 7}, maker="hand", audience=["api"])
    case("aud holds a number", ok | {"aud": ["api", 7]}, maker="hand", audience=["api"])
    case("aud not verified", ok | {"aud": "api"}, options={"verify_aud": False})
    case("iss fits", ok | {"iss": "https://idp"}, issuer=["https://idp"])
    case("iss of several", ok | {"iss": "https://idp"}, issuer=["https://a", "https://idp"])
    case("iss differs by a slash", ok | {"iss": "https://idp/"}, issuer=["https://idp"])
    case("iss missing", ok, issuer=["https://idp"])
    case("iss is a number", ok | {"iss": 7}, maker="hand", issuer=["https://idp"])
    case("iss is a number, not passed", ok | {"iss": 7}, maker="hand")
    case("iss not passed", ok | {"iss": "https://idp"})
    case("iss not verified", ok | {"iss": "x"}, issuer=["y"], options={"verify_iss": False})
    case("iss and aud both refuse", ok | {"iss": "x", "aud": "x"}, issuer=["y"], audience=["y"])
    case("sub is an int", ok | {"sub": 1}, maker="hand")
    case("sub is an int, by PyJWT", ok | {"sub": 1})
    case("sub is null", ok | {"sub": None}, maker="hand")
    case("sub is an int and expired", ok | {"sub": 1, "exp": NOW - 60}, maker="hand")
    case("sub is an int, not verified", ok | {"sub": 1}, maker="hand", options={"verify_sub": False})
    case("sub missing", {"user_id": 1, "exp": NOW + 9})
    case("sub empty and required", ok | {"sub": ""}, require=["sub"])
    case("jti is an int", ok | {"jti": 1}, maker="hand")
    case("at_hash", ok | {"at_hash": "x"})
    case("wrong key and expired", ok | {"exp": NOW - 60}, keys=["other"])
    case("no claims", {})
    mixed(case)
    case("never validated", ok | {"exp": NOW - 60}, unvalidated=True)
    return out


def mixed(case):
    """Random mixtures, the same in every run, so that the order of checks shows."""
    r = random.Random(20260101)
    times = [NOW, NOW - 1, NOW + 1, NOW - 7, NOW + 7, NOW + 900, NOW - 900, NOW + 0.5, str(NOW + 60), "x", None, [], {}, True, False,
             "", " 12 ", -5, 1e30, str(NOW) + ".0", "1_8"]
    texts = ["api", "web", "", None, 0, 7, ["api"], ["web", "api"], [], ["api", 1], [None], {"a": 1}, True, False, "API", 1.5]
    wanted = [None, None, ["api"], ["web"], ["api", "other"], [""]]
    for number in range(600):
        claims = {}
        for name, pool in (("exp", times), ("nbf", times), ("iat", times), ("iss", texts), ("aud", texts), ("sub", texts),
                           ("jti", texts), ("role", texts)):
            if r.random() < 0.35:
                claims[name] = r.choice(pool)
        names = list(claims)
        r.shuffle(names)
        options = {"verify_" + name: r.random() < 0.3 for name in ("exp", "nbf", "iat", "iss", "aud", "sub") if r.random() < 0.15}
        if r.random() < 0.1:
            options["verify_signature"] = r.random() < 0.3
        case("mixed %d" % number, {name: claims[name] for name in names}, maker="hand", options=options,
             keys=[r.choice(["secret"] * 6 + ["other", "empty", "rsa", "rsa-jwk", "quoted"])],
             algorithms=r.choice([["HS256"]] * 6 + [None, [], ["RS256"], ["HS384", "HS256"]]),
             audience=r.choice(wanted), issuer=r.choice(wanted), leeway=r.choice([0, 0, 0, 10, 3600]),
             require=r.choice([[], [], [], ["exp"], ["sub", "exp"], ["aud", "iss"], ["role"]]),
             unvalidated=r.random() < 0.05, edit=r.choice([None] * 9 + ["payload", "signature", "bits", "padding"]))


def edited(token, how):
    header, payload, signature = token.split(".")
    if how == "payload":
        claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
        payload = b64(json.dumps(claims | {"sub": "mallory"}).encode())
    elif how == "header":
        payload, header = payload, b64(json.dumps({"typ": "JWT", "alg": "HS256", "x5t": "x"}).encode())
    elif how == "signature":
        signature = ("A" if signature[0] != "A" else "B") + signature[1:]
    elif how == "cut":
        signature = signature[:-7]
    elif how == "unsigned":
        signature = ""
    elif how == "padding":
        signature += "=" * (-len(signature) % 4)
    elif how == "bits":
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        signature = signature[:-1] + letters[letters.index(signature[-1]) + 1]
    return ".".join((header, payload, signature))


def make():
    texts = keys()
    out = []
    for case in cases():
        token = encode(case["maker"], dict(case["claims"]), texts[case["sign"]], case["alg"], dict(case["header"]))
        out.append({"name": case["name"], "token": edited(token, case["edit"]), "decode": case["decode"]})
    json.dump({"now": NOW, "keys": texts, "cases": out}, sys.stdout)


def one_or_list(values):
    return values[0] if values is not None and len(values) == 1 else values


def freeze(module):
    real = module.datetime

    class Frozen(real):
        @classmethod
        def now(cls, tz=None):
            return real.fromtimestamp(NOW, tz)

        @classmethod
        def utcnow(cls):
            return real.utcfromtimestamp(NOW)

    module.datetime = Frozen


def pyjwt():
    import jwt
    import jwt.api_jwt
    freeze(jwt.api_jwt)

    def decode(token, key, d):
        options = dict(d.get("options") or {})
        if d.get("require"):
            options["require"] = d["require"]
        jwt.decode(token, key, algorithms=d["algorithms"], options=options, audience=one_or_list(d.get("audience")),
                   issuer=one_or_list(d.get("issuer")), leeway=d.get("leeway", 0))
    return jwt.__version__, decode


def jose():
    import jose
    import jose.jwt
    freeze(jose.jwt)

    def decode(token, key, d):
        options = dict(d.get("options") or {}) | {"require_" + name: True for name in d.get("require", [])}
        options["leeway"] = d.get("leeway", 0)
        jose.jwt.decode(token, key, algorithms=d["algorithms"], options=options,
                        audience=one_or_list(d.get("audience")), issuer=one_or_list(d.get("issuer")))
    return jose.__version__, decode


def claims_options(d):
    out = {name: {"essential": True} for name in d.get("require", [])}
    for claim, values in (("iss", d.get("issuer")), ("aud", d.get("audience"))):
        if values is not None:
            option = out.setdefault(claim, {})
            option |= {"value": values[0]} if len(values) == 1 else {"values": values}
    return out


def authlib():
    import authlib
    from authlib import jose

    def decode(token, key, d):
        decoder = jose.jwt if d["algorithms"] is None else jose.JsonWebToken(d["algorithms"])
        claims = decoder.decode(token, key, claims_options=claims_options(d))
        if not d.get("unvalidated"):
            claims.validate(now=NOW, leeway=d.get("leeway", 0))
    return authlib.__version__, decode


def joserfc():
    import joserfc
    from joserfc import jwk, jwt

    def decode(token, key, d):
        if key.startswith("{"):
            key = json.loads(key)
        decoded = jwt.decode(token, jwk.import_key(key), algorithms=d["algorithms"])
        if not d.get("unvalidated"):
            registry = jwt.JWTClaimsRegistry(now=NOW, leeway=d.get("leeway", 0), **claims_options(d))
            registry.validate(decoded.claims)
    return joserfc.__version__, decode


def decode_all(library):
    version, decode = globals()[library]()
    data = json.load(sys.stdin)
    out = []
    for case in data["cases"]:
        first = None
        for name in case["decode"]["keys"]:
            try:
                decode(case["token"], data["keys"][name], case["decode"])
                first = None
                break
            except Exception as error:
                kind = type(error)
                if first is None:
                    first = {"class": kind.__module__.replace("builtins", "") + "." + kind.__qualname__, "message": str(error)}
        result = first or {"class": "", "message": ""}
        result["class"] = result["class"].lstrip(".")
        out.append(result | {"name": case["name"]})
    json.dump({"version": version, "results": out}, sys.stdout)


if sys.argv[1] == "make":
    make()
else:
    decode_all(sys.argv[2])
