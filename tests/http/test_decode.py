"""The decoder: three spellings of a request become one tree, and the worst a client can send is refused."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emptor.http.decode import BadBody, Caps, Decoded, UploadedFile, decode_body, decode_query, encode_form

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=B"
USUAL = Caps()


def json(body: str | bytes, caps: Caps = USUAL) -> dict[str, Any]:
    return decode_body(JSON, body if isinstance(body, bytes) else body.encode(), caps).tree


def form(body: str | bytes, caps: Caps = USUAL) -> dict[str, Any]:
    return decode_body(FORM, body if isinstance(body, bytes) else body.encode(), caps).tree


def part(name: str, data: bytes, more: str = "", headers: str = "") -> bytes:
    return f'--B\r\nContent-Disposition: form-data; name="{name}"{more}\r\n{headers}\r\n'.encode() + data + b"\r\n"


def multipart(*parts: bytes, end: bytes = b"--B--\r\n", caps: Caps = USUAL) -> Decoded:
    return decode_body(MULTIPART, b"".join(parts) + end, caps)


def refused(call: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(BadBody) as caught:
        call()
    return caught.value.status, caught.value.message


def in_words(node: Any) -> Any:
    """The tree as a form can say it."""
    match node:
        case dict():
            return {key: in_words(child) for key, child in node.items()}
        case list():
            return [in_words(child) for child in node]
        case None | True | False:
            return {None: "", True: "true", False: "false"}[node]
        case Decimal():
            return format(node, "f")
    return str(node)


# One meaning, three spellings

names = st.text(st.characters(codec="utf-8", exclude_characters="[]"), min_size=1, max_size=12).filter(
    lambda name: not name.isdecimal()
)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(st.characters(codec="utf-8"), max_size=20),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9),
)
nodes = st.recursive(
    leaves,
    lambda inner: st.lists(inner, min_size=1, max_size=4) | st.dictionaries(names, inner, min_size=1, max_size=4),
    max_leaves=25,
)
trees = st.dictionaries(names, nodes, max_size=5)
roomy = Caps(depth=100)


@given(trees)
def test_a_form_says_every_tree_in_words(tree: dict[str, Any]) -> None:
    assert form(encode_form(tree), roomy) == in_words(tree)


@given(trees)
def test_json_and_form_bodies_of_one_meaning_are_one_tree(tree: dict[str, Any]) -> None:
    exact = msgspec.json.Encoder(decimal_format="number").encode(tree)
    assert in_words(json(exact, roomy)) == form(encode_form(tree), roomy)


def test_json_form_and_multipart_reach_the_handler_alike() -> None:
    expected = {"supplier": {"id": "7"}, "currencies": ["1", "2"], "items": [{"name": "Pen"}, {"name": "Ink"}]}
    assert json('{"supplier":{"id":"7"},"currencies[]":["1","2"],"items":[{"name":"Pen"},{"name":"Ink"}]}') == expected
    assert form("supplier[id]=7&currencies[]=1&currencies[]=2&items[][name]=Pen&items[][name]=Ink") == expected
    pairs = [("supplier[id]", b"7"), ("currencies[]", b"1"), ("currencies[]", b"2")]
    pairs += [("items[0][name]", b"Pen"), ("items[1][name]", b"Ink")]
    assert multipart(*(part(name, value) for name, value in pairs)).tree == expected


@pytest.mark.parametrize("content_type", [None, "", "text/plain", JSON, FORM, MULTIPART, "multipart/form-data"])
def test_an_empty_body_is_an_empty_tree(content_type: str | None) -> None:
    assert decode_body(content_type, b"") == Decoded({}, {})


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", " Application/JSON ;x", "APPLICATION/JSON"]
)
def test_the_content_type_is_read_without_case_and_parameters(content_type: str) -> None:
    assert decode_body(content_type, b'{"a":1}').tree == {"a": 1}


@pytest.mark.parametrize("content_type", [None, "", "text/plain", "application/xml", "application/jsonp", "json"])
def test_another_content_type_is_refused_with_those_accepted(content_type: str | None) -> None:
    status, message = refused(lambda: decode_body(content_type, b"a=1"))
    assert status == 415
    assert "application/json, application/x-www-form-urlencoded, multipart/form-data" in message


@pytest.mark.parametrize("content_type", [JSON, FORM, MULTIPART, "text/plain"])
def test_a_body_over_the_cap_is_413(content_type: str) -> None:
    assert refused(lambda: decode_body(content_type, b"12345", Caps(bytes=4)))[0] == 413


def test_only_multipart_may_use_all_of_it() -> None:
    caps = Caps(bytes=1000, text_bytes=20)
    assert multipart(part("a", b"x" * 100), caps=caps).tree == {"a": "x" * 100}
    assert form("a=" + "x" * 18, caps) == {"a": "x" * 18}
    assert refused(lambda: form("a=" + "x" * 19, caps)) == (413, "The body has 21 bytes; at most 20 are accepted.")
    assert refused(lambda: json('{"a":"' + "x" * 19 + '"}', caps))[0] == 413


# Forms


@pytest.mark.parametrize(
    ("body", "tree"),
    [
        ("a=1", {"a": "1"}),
        ("a=1&a=2", {"a": "2"}),
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("a", {"a": ""}),
        ("a=b=c", {"a": "b=c"}),
        ("&&a=1&&", {"a": "1"}),
        ("a.b_c=1", {"a.b_c": "1"}),
        ("a]=1", {"a]": "1"}),
        ("a+b=c+d%2Be", {"a b": "c d+e"}),
        ("name=%C3%89clair%26Co", {"name": "Éclair&Co"}),
        ("name=Éclair", {"name": "Éclair"}),
        ("a=%255B", {"a": "%5B"}),
        ("a[b][c]=1", {"a": {"b": {"c": "1"}}}),
        ("a%5Bb%5D%5bc%5d=1", {"a": {"b": {"c": "1"}}}),
        ("a[b]=1&a[b]=2", {"a": {"b": "2"}}),
        ("a[]=1", {"a": ["1"]}),
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a[]=", {"a": [""]}),
        ("a[0]=x&a[0]=y", {"a": ["y"]}),
        ("a[7]=y&a[3]=x", {"a": ["x", "y"]}),
        ("a[2]=x&a[10]=y", {"a": ["x", "y"]}),
        ("a[5]=x&a[]=y&a[0]=w", {"a": ["w", "x", "y"]}),
        ("a[01]=x", {"a": {"01": "x"}}),
        ("a[-1]=x", {"a": {"-1": "x"}}),
        ("a[٣]=x", {"a": {"٣": "x"}}),
        ("a[9999999999]=x", {"a": {"9999999999": "x"}}),
        ("a[]=x&a[b]=y", {"a": {"0": "x", "b": "y"}}),
        ("0=x&1=y", {"0": "x", "1": "y"}),
        ("items[0][name]=x&items[1][name]=y", {"items": [{"name": "x"}, {"name": "y"}]}),
        ("items[0][taxes][]=3&items[0][taxes][]=4", {"items": [{"taxes": ["3", "4"]}]}),
    ],
)
def test_bracket_names_are_read_as_php_reads_them(body: str, tree: dict[str, Any]) -> None:
    assert form(body) == tree


@pytest.mark.parametrize(
    ("body", "items"),
    [
        ("items[][name]=x&items[][name]=y", [{"name": "x"}, {"name": "y"}]),
        (
            "items[][name]=x&items[][price]=1&items[][name]=y&items[][price]=2",
            [{"name": "x", "price": "1"}, {"name": "y", "price": "2"}],
        ),
        (
            "items[][name]=x&items[][taxes][]=1&items[][taxes][]=2&items[][name]=y&items[][taxes][]=3",
            [{"name": "x", "taxes": ["1", "2"]}, {"name": "y", "taxes": ["3"]}],
        ),
        ("items[][unit][id]=1&items[][unit][id]=2", [{"unit": {"id": "1"}}, {"unit": {"id": "2"}}]),
        ("items[][lines][][q]=1&items[][lines][][q]=2", [{"lines": [{"q": "1"}, {"q": "2"}]}]),
        ("items[]=x&items[][name]=y", ["x", {"name": "y"}]),
        ("items[][unit]=1&items[][unit][id]=2", [{"unit": "1"}, {"unit": {"id": "2"}}]),
        ("items[][unit][id]=1&items[][unit]=2", [{"unit": {"id": "1"}}, {"unit": "2"}]),
    ],
)
def test_an_unnumbered_item_begins_when_the_last_one_has_the_value_already(body: str, items: list[Any]) -> None:
    assert form(body) == {"items": items}


@pytest.mark.parametrize(
    "body", ["a=1&a[b]=2", "a[b]=2&a=1", "a[]=1&a=2", "a=&a[]=2", "a[b]=1&a[b][c]=2", "a[0]=1&a[0][b]=2"]
)
def test_a_name_cannot_be_a_value_and_a_group(body: str) -> None:
    status, message = refused(lambda: form(body))
    assert (status, "both a value and a group" in message) == (400, True)


@pytest.mark.parametrize("name", ["a[b", "a[b]c", "a[b]c[d]", "[a]", "a[[b]]", "a[b]]", "a]b[c]", "a[", "[]"])
def test_misplaced_brackets_are_named(name: str) -> None:
    status, message = refused(lambda: form(f"{name}=1"))
    assert (status, repr(name) in message) == (400, True)


@pytest.mark.parametrize(("body", "byte"), [(b"a=%", 2), (b"a=1&b=%zz", 6), (b"a=1&%5=2", 4), (b"a%5B%5D=%c3%g9", 11)])
def test_a_malformed_escape_is_located(body: bytes, byte: int) -> None:
    assert refused(lambda: form(body)) == (400, f"The form has a malformed percent-encoding at byte {byte}.")


@pytest.mark.parametrize(("body", "byte"), [(b"a=%FF", 0), (b"a%5Bb%5D=1&b=\xe9", 11), (b"a=+1&&%C3=2&c=3", 6)])
def test_a_form_that_is_not_utf8_is_located(body: bytes, byte: int) -> None:
    assert refused(lambda: form(body)) == (400, f"The form is not UTF-8 in the pair that begins at byte {byte}.")


# JSON


def test_json_numbers_are_exact_and_never_floats() -> None:
    tree = json(f'{{"price":1.10,"rate":1e2,"n":-3,"big":{10**40},"yes":true,"none":null}}')
    assert tree == {"price": Decimal("1.10"), "rate": 100, "n": -3, "big": 10**40, "yes": True, "none": None}
    assert [type(leaf) for leaf in tree.values()] == [Decimal, Decimal, int, int, bool, type(None)]
    assert str(tree["price"]) == "1.10"


def test_json_keys_are_taken_as_they_are_but_for_the_list_suffix() -> None:
    body = '{"a[b]":1,"c[]":[{"d[]":[],"0":1}],"e[]":2,"f":1,"f":2}'
    assert json(body) == {"a[b]": 1, "c": [{"d": [], "0": 1}], "e[]": 2, "f": 2}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ('{"a": ,}', "byte 6, line 1, column 7: invalid character"),
        ('{\n "é": 1,\n "b": é}', "byte 18, line 3, column 7: invalid character"),
        ('{"a":NaN}', "byte 5, line 1, column 6: invalid character"),
        ('{"a":-Infinity}', "column 7"),
        ('{"a":1,}', "byte 7, line 1, column 8: trailing comma in object"),
        ('{"a":1', "byte 6, line 1, column 7: Input data was truncated"),
        ('{"a":1} x', "line 1"),
        ("a=1", "byte 0, line 1, column 1"),
    ],
)
def test_malformed_json_is_located(body: str, place: str) -> None:
    status, message = refused(lambda: json(body))
    assert (status, message.startswith("The JSON is malformed at ")) == (400, True)
    assert place in message


@pytest.mark.parametrize(
    ("body", "byte"), [(b'{"a":"\xff"}', 6), (b'{"ab":1,\n"\xc3":1}', 10), (b'{"a":"\\n\xed\xa0\x80"}', 8)]
)
def test_json_that_is_not_utf8_is_located(body: bytes, byte: int) -> None:
    status, message = refused(lambda: json(body))
    assert (status, message.startswith(f"The JSON is not UTF-8 at byte {byte}, line ")) == (400, True)


@pytest.mark.parametrize("body", ["[]", "[1]", "1", '"a"', "null", "true"])
def test_json_must_be_an_object(body: str) -> None:
    assert refused(lambda: json(body)) == (400, "The JSON must be an object.")


@pytest.mark.parametrize("number", ["9" * 5000, "1e99999999999999999999", "1e-99999999999999999999"])
def test_numbers_out_of_all_range_are_refused(number: str) -> None:
    assert refused(lambda: json(f'{{"a":{number}}}')) == (400, "A number in the JSON is out of range.")


# Multipart


def test_files_and_text_parts_are_told_apart() -> None:
    decoded = multipart(
        part("comment[text]", "schön + 100%".encode()),
        part("file", b"%PDF\r\n--A\r\n\x00\xff", '; filename="Angebot März.pdf"', "Content-Type: application/pdf\r\n"),
    )
    assert decoded.tree == {"comment": {"text": "schön + 100%"}}
    assert decoded.files == {"file": UploadedFile("Angebot März.pdf", "application/pdf", b"%PDF\r\n--A\r\n\x00\xff")}


def test_a_file_comes_without_directories_controls_or_an_unfit_media_type() -> None:
    for sent, kept in [("../../etc/passwd", "passwd"), ("C:\\docs\\a.pdf", "a.pdf"), ("a\tb\x00.pdf", "ab.pdf")]:
        assert multipart(part("f", b"x", f'; filename="{sent}"')).files["f"].filename == kept
    for sent, kept in [("image/png; x=1", "image/png"), ("IMAGE/PNG", "image/png"), ("", "application/octet-stream")]:
        file = multipart(part("f", b"x", '; filename="a"', f"Content-Type: {sent}\r\n")).files["f"]
        assert file.content_type == kept
    assert multipart(part("f", b"x", '; filename="a"')).files["f"].content_type == "application/octet-stream"
    injected = multipart(part("f", b"x", '; filename="a"', "Content-Type: a/b\nX-Evil: 1\r\n")).files["f"]
    assert injected.content_type == "application/octet-stream"


def test_several_files_of_one_list_are_all_kept_and_never_silently_replaced() -> None:
    one, two = part("f[]", b"1", '; filename="a"'), part("f[]", b"2", '; filename="b"')
    assert [(name, file.data) for name, file in multipart(one, two).files.items()] == [("f[0]", b"1"), ("f[1]", b"2")]
    twice = part("f", b"1", '; filename="a"')
    assert refused(lambda: multipart(twice, twice)) == (400, "The file 'f' is sent twice.")


def test_a_file_nobody_chose_is_no_file_but_an_empty_file_is_one() -> None:
    assert multipart(part("f", b"", '; filename=""')) == Decoded({}, {})
    assert multipart(part("f", b"", '; filename="a.txt"')).files["f"].data == b""


def test_half_a_multipart_body_is_refused() -> None:
    whole = part("file", b"12345", '; filename="a"') + b"--B--"
    assert decode_body(MULTIPART, whole).files["file"].data == b"12345"
    for length in range(1, len(whole)):
        assert refused(lambda: decode_body(MULTIPART, whole[:length]))[0] == 400  # noqa: B023


@pytest.mark.parametrize(
    ("content_type", "body", "words"),
    [
        ("multipart/form-data", b"x", "names no boundary"),
        ("multipart/form-data; boundary=", b"x", "names no boundary"),
        ("multipart/form-data; boundary=" + "B" * 300, b"x", "malformed"),
        ("multipart/form-data; boundary=\u20ac", b"x", "malformed"),
        (MULTIPART, b"hello", "malformed"),
        (MULTIPART, part("a", b"1\r\n--Bx") + b"--B--", "its boundary does not end the line at byte 55"),
        (MULTIPART, b"--B\r\n\r\nx\r\n--B--", "Part 1 of the multipart body has no name"),
        (
            MULTIPART,
            part("a", b"1") + part("b", b"x\xff") + b"--B--",
            "Part 2 of the multipart body is not UTF-8 at its byte 1",
        ),
        (MULTIPART, part("a[", b"1") + b"--B--", "misplaced brackets"),
        (MULTIPART, part("a[", b"1", '; filename="x"') + b"--B--", "misplaced brackets"),
    ],
)
def test_a_malformed_multipart_body_is_refused(content_type: str, body: bytes, words: str) -> None:
    status, message = refused(lambda: decode_body(content_type, body))
    assert (status, words in message) == (400, True)


# Caps


def nested_json(depth: int) -> str:
    return '{"a":' * depth + "1" + "}" * depth


def nested_form(depth: int) -> str:
    return "a" + "[a]" * (depth - 1) + "=1"


def test_depth_is_counted_alike_and_refused_beyond_the_cap() -> None:
    assert in_words(json(nested_json(16))) == form(nested_form(16))
    for call in (
        lambda: json(nested_json(17)),
        lambda: form(nested_form(17)),
        lambda: json('{"a":' + "[" * 16 + "1" + "]" * 16 + "}"),
    ):
        assert refused(call) == (400, "The request is nested deeper than 16 levels.")
    for bomb in ("[" * 500_000, '{"a":' * 500_000, nested_json(5000)):
        assert refused(lambda: json(bomb))[0] == 400  # noqa: B023


def test_values_are_counted_alike_and_refused_beyond_the_cap() -> None:
    caps = Caps(fields=3)
    assert json('{"a":[1,2],"b":{}}', caps) == {"a": [1, 2], "b": {}}
    assert form("a[]=1&a[]=2&b=3&", caps) == {"a": ["1", "2"], "b": "3"}
    assert multipart(*[part("a[]", b"1")] * 3, caps=caps).tree == {"a": ["1"] * 3}
    for call in (
        lambda: json('{"a":[1,2],"b":{},"c":1}', caps),
        lambda: json('{"a":[[],[],[],[]]}', caps),
        lambda: form("a=1&a=2&a=3&a=4", caps),
        lambda: multipart(*[part("a[]", b"1")] * 4, caps=caps),
        lambda: decode_query(b"a=1&a=2&a=3&a=4", caps),
    ):
        assert refused(call) == (400, "The request has more than 3 values.")


def test_long_names_are_refused() -> None:
    assert form("a" * 512 + "=1") == json('{"' + "a" * 512 + '":"1"}')
    long = "a" * 513
    calls = (
        lambda: form(f"{long}=1"),
        lambda: json(f'{{"b":[{{"{long}":1}}]}}'),
        lambda: multipart(part(long, b"1")),
        lambda: multipart(part(long, b"1", '; filename="x"')),
    )
    for call in calls:
        status, message = refused(call)
        assert (status, "longer than 512 characters" in message) == (400, True)


def test_a_document_of_400_lines_passes() -> None:
    document = {"items": [{f"key{key}": f"{line}" for key in range(20)} for line in range(400)]}
    assert form(encode_form(document)) == document == json(msgspec.json.encode(document))


# Queries


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("", {}),
        ("status[]=2&status[]=3", {"status": ["2", "3"]}),
        ("status%5B%5D=2", {"status": ["2"]}),
        ("status[0]=2&status[1]=3", {"status": ["2", "3"]}),
        ("status=2", {"status": "2"}),
        ("approvalDate[left_date]=01.12.2023", {"approvalDate": {"left_date": "01.12.2023"}}),
        ("modifiedSince=2022-08-10T00%3A00%3A00", {"modifiedSince": "2022-08-10T00:00:00"}),
        ("page=1&page=last", {"page": "last"}),
        ("status[=2&[x]=1&page=1", {"status[": "2", "[x]": "1", "page": "1"}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("a[b]=2&a=1", {"a": "1"}),
        ("a=1&a[]=2&a[]=3", {"a": ["2", "3"]}),
        ("a=%zz&b=%", {"a": "%zz", "b": "%"}),
        ("a=%FF", {"a": "\ufffd"}),
        ("a=\ud800", {"a": "?"}),
        (nested_form(17), {"a" + "[a]" * 16: "1"}),
    ],
)
def test_queries_are_read_leniently(query: str, tree: dict[str, Any]) -> None:
    assert decode_query(query) == tree
    assert decode_query(query.encode("utf-8", "replace")) == tree


# Anything at all

shards = st.lists(
    st.sampled_from(
        b'a b [ ] [] [0] [b] = & % %5B %C3 \xff + { } : , 1 1e9 \\u d800 null " \n \r\n \0 --B --'.split(b" ")
    )
    | st.sampled_from([b" ", b'; filename="f"', b'Content-Disposition: form-data; name="a[]"', b"Content-Type: "])
).map(b"".join)
wrapped = st.builds(lambda shard: part("a", shard) + b"--B\r\n" + shard + b"\r\n--B--", shards | st.binary())
content_types = st.sampled_from([None, JSON, FORM, MULTIPART, "multipart/form-data; boundary=\r\n"]) | st.text()


@given(content_types, st.binary() | shards | wrapped)
def test_any_bytes_are_decoded_or_refused(content_type: str | None, body: bytes) -> None:
    with contextlib.suppress(BadBody):
        msgspec.json.encode(decode_body(content_type, body).tree)  # a plain tree, free of lone surrogates


@given(st.binary() | shards | st.text() | st.text("ab[]=&%0"))
def test_any_query_is_decoded(raw: bytes | str) -> None:
    msgspec.json.encode(decode_query(raw))


# Speed: the shapes that would hurt if anything were quadratic


def seconds(call: Callable[[], object]) -> float:
    """Of this process alone, since other tests share the machine."""
    start = time.process_time()
    call()
    return time.process_time() - start


@pytest.mark.parametrize(
    "pair",
    [
        pytest.param(lambda n: f"items%5B{n // 20}%5D%5Bkey{n % 20}%5D=value+{n}", id="lines"),
        pytest.param(lambda n: f"items[][key{n % 20}]={n}", id="unnumbered lines"),
        pytest.param(lambda n: f"a[]={n}", id="appended"),
        pytest.param(lambda n: f"a[{20_000 - n}]={n}", id="backwards"),
        pytest.param(lambda n: f"a[{n << 15}]={n}", id="indexes alike in their low bits"),
        pytest.param(lambda n: f"a[{n * (2**61 - 1)}]={n}", id="indexes of one hash, were they integers"),
        pytest.param(lambda n: f"a{'[]' * 14}[b]={n}", id="deep"),
        pytest.param(lambda n: f"a{n}[b]={n}", id="wide"),
    ],
)
def test_twenty_thousand_pairs_take_linear_time(pair: Callable[[int], str]) -> None:
    short, long = ("&".join(map(pair, range(count))) for count in (2_000, 20_000))
    assert min(seconds(lambda: form(long)) for _ in range(3)) < 30 * min(seconds(lambda: form(short)) for _ in range(5))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\r\n--Bx" * 2_000_000, id="false boundaries"),
        pytest.param(b"\r\n--B" + b" \t" * 6_000_000, id="one padded boundary"),
        pytest.param(b"\r\n--B--" * 2_000_000, id="many last boundaries"),
    ],
)
def test_a_file_full_of_boundaries_is_not_walked(data: bytes) -> None:
    body = part("f", data, '; filename="f"')
    assert seconds(lambda: refused(lambda: multipart(body))) < 1


def test_a_file_of_25_megabytes_is_quick() -> None:
    body = part("f", bytes(range(256)) * 100_000, '; filename="f"')
    assert seconds(lambda: multipart(body)) < 1
    assert multipart(body).files["f"].data == bytes(range(256)) * 100_000
