from factory import build
app = build(title="x")
@app.get("/x")
def x(): pass
