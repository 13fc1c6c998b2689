package python

import (
	"strings"
	"sync"
)

// known is what is known of a name that is not the project's.
type known struct {
	standard bool // part of the standard library
	// signature is a file that only the library's own source has, relative to its
	// package: a project that is the library, or holds a copy of it, is read as
	// its users read it.
	signature string
}

// wellKnown returns what is known of the first segment of an import.
func wellKnown(name string) (known, bool) {
	k, ok := knownNames()[name]
	return k, ok
}

// Standard reports whether a module, named by its first segment, is part of the standard library.
func Standard(name string) bool {
	k, ok := wellKnown(name)
	return ok && k.standard
}

var knownNames = sync.OnceValue(func() map[string]known {
	names := map[string]known{}
	for name := range strings.FieldsSeq(libraries) {
		name, signature, _ := strings.Cut(name, "/")
		names[name] = known{signature: signature}
	}
	for name := range strings.FieldsSeq(standardModules) {
		names[name] = known{standard: true}
	}
	return names
})

// libraries are import names that projects with authentication use, each with
// its signature where one is known.
const libraries = `
fastapi/applications.py starlette/routing.py pydantic/main.py pydantic_settings/main.py pydantic_core/core_schema.py
jwt/api_jwt.py jose/jws.py authlib/consts.py passlib/context.py sqlalchemy/schema.py sqlmodel/main.py
fastapi_users/authentication/__init__.py fastapi_login fastapi_jwt_auth fastapi_limiter fastapi_pagination fastapi_cache
fastapi_sso fastapi_mail fastapi_keycloak fastapi_azure_auth fastapi_another_jwt_auth fastapi_cli fastapi_utils
starlette_csrf starlette_context starsessions sse_starlette sqladmin slowapi secure itsdangerous oauthlib
requests_oauthlib httpx_oauth jwcrypto joserfc python_multipart multipart email_validator annotated_types
typing_extensions anyio httpx httpcore requests aiohttp urllib3 certifi websockets uvicorn gunicorn hypercorn h11
bcrypt argon2 pwdlib cryptography nacl Crypto Cryptodome OpenSSL scrypt pyotp ldap3 msal google googleapiclient
firebase_admin supabase clerk_backend_api auth0 keycloak jwks casbin oso okta_jwt_verifier descope
dotenv decouple environ environs dynaconf omegaconf hydra yaml toml tomli tomlkit ujson orjson msgspec
alembic asyncpg psycopg psycopg2 aiosqlite aiomysql pymysql MySQLdb databases ormar tortoise peewee mongoengine
motor beanie odmantic pymongo bson redis aioredis aiocache celery kombu dramatiq arq rq huey taskiq apscheduler
boto3 botocore aioboto3 azure minio stripe sentry_sdk loguru structlog opentelemetry prometheus_client ddtrace
prometheus_fastapi_instrumentator jinja2 markupsafe mako click typer rich attr attrs marshmallow cattrs graphene
strawberry ariadne grpc kafka aiokafka aio_pika pika nats docker kubernetes openai anthropic langchain
numpy pandas scipy sklearn torch tensorflow transformers matplotlib PIL pytest pytest_asyncio hypothesis faker
factory freezegun respx nox tox setuptools pkg_resources wheel pip poetry django rest_framework flask werkzeug quart
litestar sanic tornado mangum asgiref asgi_lifespan a2wsgi user_agents ua_parser pytz dateutil pendulum phonenumbers
`

// standardModules are the modules of the standard library, those included that
// 3.12 and 3.13 removed and 3.14 added (sys.stdlib_module_names).
const standardModules = `
__future__ abc aifc antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb
binascii bisect builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections
colorsys compileall concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes curses
dataclasses datetime dbm decimal difflib dis distutils doctest email encodings ensurepip enum errno
faulthandler fcntl filecmp fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass
gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect
io ipaddress itertools json keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal math
mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers
opcode operator optparse os ossaudiodev pathlib pdb pickle pickletools pipes pkgutil platform plistlib
poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue
quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex
shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants
sre_parse ssl stat statistics string stringprep struct subprocess sunau symtable sys sysconfig syslog
tabnanny tarfile telnetlib tempfile termios textwrap this threading time timeit tkinter token tokenize
tomllib trace traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib uu
uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile
zipimport zlib zoneinfo
annotationlib compression
`
