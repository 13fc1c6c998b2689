from pkg.factory import build
async def h(r, e): pass
app = build(exception_handlers={418: h})
@app.get("/x")
def x(): pass
@app.exception_handler(404)
async def nf(r, e): pass
