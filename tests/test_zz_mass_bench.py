import time, statistics, os
from tests.support.paying import Paying
from tests.support.buying import DAY
import pytest
@pytest.mark.parametrize("kind", ["alone", "orders", "one_order"])
def test_mass(house, kind):
    shop = Paying(house)
    n = 500
    times=[]
    for rep in range(3):
        invoices=[]
        if kind == "one_order":
            order = shop.approved_order(("Bolt", 10*n, 2))
            line = order["items"]["data"][0]
        for i in range(n):
            if kind == "alone": invoices.append(shop.owed(("Bolt", 10, 2)))
            elif kind == "orders": invoices.append(shop.billed(shop.approved_order()))
            else: invoices.append(shop.billed(order, items=[{"name":"Bolt","quantity":10,"price":2,"allocations":[{"purchaseOrderItem":line["id"]}]}]))
        t=time.perf_counter()
        r = shop.house.call("POST","/payments/mass",{"invoices":[x["id"] for x in invoices],"payDate":DAY})
        times.append(time.perf_counter()-t)
        assert r.status==201
        assert len(r.json["data"])==n
        if rep == 0 and os.environ.get("PROF"):
            pass
    print(kind, house.premises.url[:10], [f"{x*1000:.0f} ms" for x in times])
