package fastapi

import (
	"slices"
	"strings"
	"testing"

	"bearings/internal/environment"
	"bearings/internal/python"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// linked links a project of one module and an env file.
func linked(t *testing.T, module, env string) *Project {
	t.Helper()
	tree := source.MapTree{}
	for path, text := range map[source.Path]string{"main.py": module, ".env": env} {
		tree[path] = source.NewFile(path, []byte(text))
	}
	return Link(Input{Tree: tree, Program: python.NewProgram(tree, python.Options{}), Environments: environment.Discover(tree), Requirements: requirements.Read(tree)})
}

const pairModule = `
import os
from base64 import b64decode
from datetime import datetime, timedelta, timezone
import jwt
from dotenv import load_dotenv
from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordBearer
load_dotenv()
A, B, C = os.environ["A"], os.environ["B"], os.getenv("C")
KEYS = [A, B]
app = FastAPI()

def issue(name):
    return jwt.encode({"sub": name, "exp": datetime.now(timezone.utc) + timedelta(minutes=5)}, SIGN, algorithm="ALG")

def caller(token: str = Depends(OAuth2PasswordBearer(tokenUrl="token"))):
    return jwt.decode(token, VERIFY, algorithms=["ALLOWED"])["sub"]

@app.post("/token")
def login(name: str):
    return {"access_token": issue(name)}

@app.get("/me")
def me(user: str = Depends(caller)):
    return user
`

// TestPairs compares both ends of one pair by the expressions of their keys.
func TestPairs(t *testing.T) {
	const env = "A=c2FtZQ==\nB=other\nD=c2FtZQ==\n"
	for _, c := range []struct {
		name, sign, verify, alg, allowed string
		key, algorithm                   Agreement
	}{
		{"one setting", `A`, `A`, "HS256", "HS256", Agrees, Agrees},
		{"one setting as bytes", `A.encode()`, `str(A)`, "HS256", "HS256", Agrees, Agrees},
		{"equal values", `A`, `os.environ["D"]`, "HS256", "HS256", Agrees, Agrees},
		{"different values", `A`, `B`, "HS256", "HS256", Differs, Agrees},
		{"literals", `"x" * 32`, `"y" * 32`, "HS256", "HS256", Differs, Agrees},
		{"decoded at one end", `A`, `b64decode(A)`, "HS256", "HS256", Differs, Agrees},
		{"decoded at both ends", `b64decode(A)`, `b64decode(A)`, "HS256", "HS256", Agrees, Agrees},
		{"the first of a list", `KEYS[0]`, `KEYS`, "HS256", "HS256", Agrees, Agrees},
		{"another algorithm", `A`, `A`, "HS512", "HS256", Agrees, Differs},
		{"two halves", `open("private.pem").read()`, `open("public.pem").read()`, "RS256", "RS256", Agrees, Agrees},
	} {
		t.Run(c.name, func(t *testing.T) {
			module := strings.NewReplacer("SIGN", c.sign, "VERIFY", c.verify, "ALG\"", c.alg+`"`, "ALLOWED", c.allowed).Replace(pairModule)
			pairs := linked(t, module, env).Pairs()
			if len(pairs) != 1 {
				t.Fatalf("%d pairs, want 1", len(pairs))
			}
			if pairs[0].Key.Agreement != c.key || pairs[0].Algorithm.Agreement != c.algorithm {
				t.Errorf("key %q, algorithm %q; want %q, %q", pairs[0].Key.Agreement, pairs[0].Algorithm.Agreement, c.key, c.algorithm)
			}
		})
	}
}

// TestUnknownKeys holds that two variables which only the shell gives are not
// said to differ, and make a pair all the same.
func TestUnknownKeys(t *testing.T) {
	module := strings.NewReplacer("SIGN", "A", "VERIFY", "B", "ALG\"", `HS256"`, "ALLOWED", "HS256").Replace(pairModule)
	pairs := linked(t, module, "").Pairs()
	if len(pairs) != 1 || pairs[0].Key.Agreement != Unclear {
		t.Errorf("got %d pairs, want one whose keys are unclear", len(pairs))
	}
}

func TestWords(t *testing.T) {
	for name, want := range map[string][]string{
		"create_access_token": {"create", "access", "token"}, "createRefreshToken": {"create", "refresh", "token"},
		"JWT_SECRET_KEY": {"jwt", "secret", "key"}, "decodeJWT": {"decode", "jwt"}, "JWTService2": {"jwt", "service2"}, "": nil,
	} {
		if got := Words(name); !slices.Equal(got, want) {
			t.Errorf("Words(%q) = %q, want %q", name, got, want)
		}
	}
}

// TestTokenObjects notes objects that sign and verify by themselves.
func TestTokenObjects(t *testing.T) {
	p := linked(t, `
import os
from fastapi import FastAPI
from fastapi_users.authentication import JWTStrategy
app = FastAPI()
def strategy():
    return JWTStrategy(secret=os.environ["A"], lifetime_seconds=3600)
strategy()
`, "A=1\n")
	if len(p.Tokens) != 2 || p.Tokens[0].Operation != Sign || p.Tokens[1].Operation != Verify {
		t.Fatalf("got %d token calls, want a sign and a verify", len(p.Tokens))
	}
	for _, c := range p.Tokens {
		if c.Key == nil || c.Key.Key == nil || c.Key.Key.Name != "A" {
			t.Errorf("%s: the key is not A", c.Operation)
		}
	}
}
