package oracle

import (
	"context"
	_ "embed"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// openWebUI are the light ones of its own requirements.
//
//go:embed requirements/open-webui.txt
var openWebUI string

// argilla are its requirements, each in one version, so that nothing is searched for.
//
//go:embed requirements/argilla-server.txt
var argilla string

// Application is a real application from the package index.
type Application struct {
	Name         string
	Wheel        string   // what is analysed, "name==version"
	Requirements []string // what its import needs; none: those of the file requirements/open-webui.txt
	App          string   // "package.module:attribute" or "…:factory()"
	FastAPI      string   // the version that its requirements give
	Env          []string
	Stub         []string // modules that are replaced
	StubRest     bool
	Only         []string // folders of the wheel that are read
	Light        bool     // fetched in about a minute: compared wherever every test must run
}

// Applications are real ones that can be imported without their databases and
// services. Heavy libraries that routing does not need are replaced by stubs.
var Applications = [...]Application{
	{Name: "open-webui 0.12.4", Wheel: "open-webui==0.12.4", App: "open_webui.main:app", FastAPI: "0.136.3", Only: []string{"open_webui"},
		Env: []string{"WEBUI_SECRET_KEY=only-for-the-import", "ENABLE_DB_MIGRATIONS=false", "FROM_INIT_PY=true",
			"DATA_DIR={tmp}/data", "STATIC_DIR={tmp}/static"},
		Stub: []string{"google.cloud.storage", "google.cloud.exceptions"}, StubRest: true},
	{Name: "litellm 1.110.2 (proxy)", Wheel: "litellm==1.110.2", Requirements: []string{"litellm[proxy]==1.110.2", "semver", "fastapi==0.165.0"},
		App: "litellm.proxy.proxy_server:app", FastAPI: "0.165.0", Only: []string{"litellm"}, Env: []string{"LITELLM_LOCAL_MODEL_COST_MAP=True"}},
	{Name: "skyvern 1.0.56", Wheel: "skyvern==1.0.56", Requirements: []string{"skyvern[server]==1.0.56"},
		App: "skyvern.forge.api_app:create_api_app()", FastAPI: "0.136.3", Only: []string{"skyvern"}, StubRest: true},
	{Name: "argilla-server 2.8.0", Wheel: "argilla-server==2.8.0", Requirements: strings.Fields(argilla),
		App: "argilla_server:app", FastAPI: "0.115.14", Only: []string{"argilla_server"}, Light: true, Env: []string{"ARGILLA_HOME_PATH={tmp}/argilla"}},
	{Name: "opal-server 0.9.9", Wheel: "opal-server==0.9.9", Requirements: []string{"opal-server==0.9.9", "aiofiles"},
		App: "opal_server.main:app", FastAPI: "0.125.0", Only: []string{"opal_server"}},
	{Name: "optimade 1.5.0", Wheel: "optimade==1.5.0", Requirements: []string{"optimade[server]==1.5.0", "fastapi==0.165.0"},
		App: "optimade.server.main:app", FastAPI: "0.165.0", Only: []string{"optimade"}, StubRest: true, Env: []string{"OPTIMADE_CONFIG_FILE=/dev/null"}},
}

// folder is the name of an application's files in the cache.
func (a Application) folder() string { return "app-" + a.Wheel }

// Prepared reports whether Prepare has nothing left to fetch.
func (a Application) Prepared() bool { return Ready(a.folder()) }

// Prepare unpacks the application's wheel and installs what its import needs,
// and returns the folder of its source and its interpreter.
func (a Application) Prepare(ctx context.Context) (root, python string, err error) {
	cache, err := CacheDir()
	if err != nil {
		return "", "", err
	}
	dir := filepath.Join(cache, a.folder())
	root, python = filepath.Join(dir, "source"), filepath.Join(dir, "venv", "bin", "python")
	if a.Prepared() {
		return root, python, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Minute)
	defer cancel()
	if err := run(ctx, "python3", "-m", "venv", filepath.Join(dir, "venv")); err != nil {
		return "", "", err
	}
	requirements := a.Requirements
	if len(requirements) == 0 {
		requirements = strings.Fields(openWebUI)
	}
	steps := [][]string{
		append([]string{"-m", "pip", "install", "-q", "--disable-pip-version-check"}, requirements...),
		{"-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", filepath.Join(dir, "wheel"), a.Wheel},
		{"-c", "import glob, sys, zipfile\nfor f in glob.glob(sys.argv[1] + '/*.whl'): zipfile.ZipFile(f).extractall(sys.argv[2])",
			filepath.Join(dir, "wheel"), root},
	}
	for _, step := range steps {
		if err := run(ctx, python, step...); err != nil {
			return "", "", err
		}
	}
	// One of them looks for its frontend beside its package.
	if err := os.MkdirAll(filepath.Join(dir, "static", "static"), 0o755); err != nil {
		return "", "", err
	}
	return root, python, os.WriteFile(filepath.Join(dir, ".ready"), []byte(a.Wheel+"\n"), 0o644)
}
