from pkg.create_app import create_app
from pkg.unknown import Config
# FastAPI(
app = create_app(Config())
