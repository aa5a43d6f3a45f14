from codat.validation.validate import validate_record
from tests.support.published_documents import PUBLISHED, published


def test_of_the_published_bodies_none_is_blocked():
    bodies = published_bodies()
    blocked = [
        (data_type, platform, problem.message)
        for data_type, platform, document, body in bodies
        for problem in validate_record(document, body)
        if problem.severity == "error"
    ]

    assert [] == blocked
    assert len(bodies) >= 20


def published_bodies():
    """Pair the request bodies that Codat publishes with its options for the same platform."""
    api = published("openapi_push.json")
    slugs = {
        "QuickBooks Desktop": ["quickbooks_desktop"],
        "QuickBooks Online": ["quickbooks_online", "quickbooks_online_sandbox"],
        "Sage 50 (UK)": ["sage_50_uk"],
        "Xero": ["xero"],
    }
    pairs = []
    for path, operations in api["paths"].items():
        data_type = path.partition("/push/")[2].partition("/")[0]
        content = operations.get("post", {}).get("requestBody", {}).get("content", {})
        examples = content.get("application/json", {}).get("examples", {})
        for platform, example in examples.items():
            names = [f"options/{data_type}_{slug}.json" for slug in slugs.get(platform, [])]
            found = [name for name in names if (PUBLISHED / name).exists()]
            if found:
                body = _followed(api, example)["value"]
                pairs.append((data_type, platform, published(found[0]), body))
    return pairs


def _followed(api, node):
    while "$ref" in node:
        target = api
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node
