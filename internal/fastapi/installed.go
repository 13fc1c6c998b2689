package fastapi

import (
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/python"
)

// Installed implements interpret.Installs: the standard library is there, what
// FastAPI needs, and what a manifest or lock file names for production.
func (l *linker) Installed(f *interpret.Frame, library string) (installed, known bool) {
	if python.Standard(library) || alwaysThere[library] {
		return true, true
	}
	if l.in.Requirements == nil {
		return false, false
	}
	set := l.in.Requirements.For(f.Module.Path.Dir())
	names := []string{library}
	if name, ok := distributions[library]; ok {
		names = append(names, name)
	}
	for _, name := range names {
		for _, p := range set.Places(strings.ReplaceAll(name, "_", "-")) {
			if p.Group == "" {
				return true, true
			}
		}
	}
	return false, false
}

// alwaysThere are what FastAPI itself needs (FastAPI 0.165), and uvicorn, which starts it.
var alwaysThere = map[string]bool{"fastapi": true, "starlette": true, "pydantic": true, "pydantic_core": true, "typing_extensions": true, "annotated_types": true, "anyio": true, "sniffio": true, "idna": true, "uvicorn": true}

// distributions names the packages of import names that are called otherwise.
var distributions = map[string]string{
	"yaml": "pyyaml", "jose": "python-jose", "jwt": "pyjwt", "dotenv": "python-dotenv", "multipart": "python-multipart", "PIL": "pillow",
	"sklearn": "scikit-learn", "cv2": "opencv-python", "bs4": "beautifulsoup4", "dateutil": "python-dateutil", "OpenSSL": "pyopenssl", "attr": "attrs",
	"Crypto": "pycryptodome", "nacl": "pynacl", "psycopg2": "psycopg2-binary", "decouple": "python-decouple", "socketio": "python-socketio",
	"magic": "python-magic", "ldap": "python-ldap", "MySQLdb": "mysqlclient", "slugify": "python-slugify", "sentry_sdk": "sentry-sdk", "strawberry": "strawberry-graphql",
}
