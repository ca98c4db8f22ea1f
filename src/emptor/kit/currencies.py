"""The currencies there are, and how many decimals each has: ISO 4217, list one as published on 2026-01-01.

https://www.six-group.com/en/products-services/financial-information/data-standards.html

Left out is what nobody is billed in: metals, bonds, special drawing rights and codes for tests. Currencies that have
gone since 2020 stay, for the documents of their time.
"""

from __future__ import annotations

_TWO = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU
CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES
KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR
NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP
TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
ANG BGN CUC HRK SLL ZWL
"""
_OTHERS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

DECIMALS: dict[str, int] = dict.fromkeys(_TWO.split(), 2) | {
    code: decimals for decimals, codes in _OTHERS.items() for code in codes.split()
}
"""Every currency and how many decimals its amounts have."""

SPELLING = {"pattern": "|".join(sorted(DECIMALS)), "hint": "Write an ISO 4217 code such as EUR."}
"""How a field takes the code of a currency."""
