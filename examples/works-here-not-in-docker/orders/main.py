from fastapi import Depends, FastAPI

from orders.security import current_customer

app = FastAPI(title="Orders")
ORDERS = {"alice": ["looking glass", "pocket watch"]}


@app.get("/orders")
def list_orders(customer: str = Depends(current_customer)):
    return ORDERS.get(customer, [])
