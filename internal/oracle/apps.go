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
	With         []string // packages of the environment that belong to the same project: they are read too
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
		App: "litellm.proxy.proxy_server:app", FastAPI: "0.165.0", Only: []string{"litellm", "litellm_enterprise"}, With: []string{"litellm_enterprise"},
		Env: []string{"LITELLM_LOCAL_MODEL_COST_MAP=True"}},
	{Name: "skyvern 1.0.56", Wheel: "skyvern==1.0.56", Requirements: []string{"skyvern[server]==1.0.56"},
		App: "skyvern.forge.api_app:create_api_app()", FastAPI: "0.136.3", Only: []string{"skyvern"}, StubRest: true},
	{Name: "argilla-server 2.8.0", Wheel: "argilla-server==2.8.0", Requirements: strings.Fields(argilla),
		App: "argilla_server:app", FastAPI: "0.115.14", Only: []string{"argilla_server"}, Light: true, Env: []string{"ARGILLA_HOME_PATH={tmp}/argilla"}},
	{Name: "opal-server 0.9.9", Wheel: "opal-server==0.9.9", Requirements: []string{"opal-server==0.9.9", "aiofiles"},
		App: "opal_server.main:app", FastAPI: "0.125.0", Only: []string{"opal_server", "opal_common"}, With: []string{"opal_common"}},
	{Name: "optimade 1.5.0", Wheel: "optimade==1.5.0", Requirements: []string{"optimade[server]==1.5.0", "fastapi==0.165.0"},
		App: "optimade.server.main:app", FastAPI: "0.165.0", Only: []string{"optimade"}, StubRest: true, Env: []string{"OPTIMADE_CONFIG_FILE=/dev/null"}},
	{Name: "tipg 1.6.1", Wheel: "tipg==1.6.1", Requirements: []string{"tipg==1.6.1", "fastapi==0.165.0"},
		App: "tipg.main:app", FastAPI: "0.165.0", Only: []string{"tipg"}, Light: true, Env: []string{"DATABASE_URL=postgresql://u:p@localhost:5432/x"}},
	{Name: "titiler 2.4.0", Wheel: "titiler-application==2.4.0", Requirements: []string{"titiler-application==2.4.0", "fastapi==0.165.0"},
		App: "titiler.application.main:app", FastAPI: "0.165.0", Only: []string{"titiler"}, With: []string{"titiler/core", "titiler/extensions", "titiler/mosaic", "titiler/xarray"}},
	{Name: "stac-fastapi-pgstac 7.2.0", Wheel: "stac-fastapi-pgstac==7.2.0", Requirements: []string{"stac-fastapi-pgstac[server]==7.2.0", "fastapi==0.165.0"},
		App: "stac_fastapi.pgstac.app:create_app()", FastAPI: "0.165.0", Only: []string{"stac_fastapi"}, StubRest: true,
		With: []string{"stac_fastapi/api", "stac_fastapi/types", "stac_fastapi/extensions"}, Env: []string{"PGUSER=u", "PGPASSWORD=p", "PGHOST=h", "PGPORT=5432", "PGDATABASE=d"}},
	{Name: "prefect 3.9.1", Wheel: "prefect==3.9.1", Requirements: []string{"prefect==3.9.1", "fastapi==0.150.0"},
		App: "prefect.server.api.server:create_app()", FastAPI: "0.150.0", Only: []string{"prefect"}, Env: []string{"PREFECT_HOME={tmp}/prefect"}},
	{Name: "dstack 0.22.5", Wheel: "dstack==0.22.5", Requirements: []string{"dstack[server]==0.22.5", "fastapi==0.165.0"},
		App: "dstack._internal.server.main:app", FastAPI: "0.165.0", Only: []string{"dstack"}, Env: []string{"DSTACK_SERVER_DIR={tmp}/dstack"}},
	{Name: "zenml 0.98.0", Wheel: "zenml==0.98.0", Requirements: []string{"zenml[server]==0.98.0", "fastapi==0.138.2"},
		App: "zenml.zen_server.zen_server_api:app", FastAPI: "0.138.2", Only: []string{"zenml"}, StubRest: true, Env: []string{"ZENML_CONFIG_PATH={tmp}/zenml"}},
	{Name: "nemoguardrails 0.24.1", Wheel: "nemoguardrails==0.24.1", Requirements: []string{"nemoguardrails[server]==0.24.1", "fastapi==0.165.0"},
		App: "nemoguardrails.server.api:app", FastAPI: "0.165.0", Only: []string{"nemoguardrails"}, StubRest: true},
	{Name: "autogenstudio 0.4.2.2", Wheel: "autogenstudio==0.4.2.2", Requirements: []string{"autogenstudio==0.4.2.2", "fastapi==0.165.0"},
		App: "autogenstudio.web.app:app", FastAPI: "0.165.0", Only: []string{"autogenstudio"}, StubRest: true, Env: []string{"AUTOGENSTUDIO_APPDIR={tmp}/autogen"}},
	{Name: "apache-airflow-core 3.3.2", Wheel: "apache-airflow-core==3.3.2", Requirements: []string{"apache-airflow-core==3.3.2", "fastapi==0.136.3"},
		App: "airflow.api_fastapi.app:create_app()", FastAPI: "0.136.3", Only: []string{"airflow"}, Env: []string{"AIRFLOW_HOME={tmp}/airflow"}},
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
		return root, python, a.copyWith(ctx, root, python)
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
	if err := a.copyWith(ctx, root, python); err != nil {
		return "", "", err
	}
	return root, python, os.WriteFile(filepath.Join(dir, ".ready"), []byte(a.Wheel+"\n"), 0o644)
}

// copyPackage is a Python program that copies a package out of the environment.
const copyPackage = `
import os, shutil, sys, sysconfig
name, root = sys.argv[1:]
into = os.path.join(root, name)
if not os.path.exists(into):
    shutil.copytree(os.path.join(sysconfig.get_paths()["purelib"], name), into, ignore=shutil.ignore_patterns("__pycache__"))
`

// copyWith puts the other packages of the same project beside the application's
// own, as they stand in its repository.
func (a Application) copyWith(ctx context.Context, root, python string) error {
	for _, name := range a.With {
		if err := run(ctx, python, "-c", copyPackage, name, root); err != nil {
			return err
		}
	}
	return nil
}
