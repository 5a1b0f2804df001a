"""What of openapi.yaml a reader sees, without references and in order: what the gateway makes its page /docs from."""

import json

from markdown_it import MarkdownIt

MARKDOWN = MarkdownIt("commonmark").enable("table")


def reading(document):
    """The description as plain lists; texts are blocks of Markdown taken apart."""
    def resolved(node):
        while "$ref" in node:
            found = document
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node

    operations = [operation(path, item["get"], resolved) for path, item in document["paths"].items()]
    return {
        "title": document["info"]["title"], "summary": document["info"]["summary"],
        "about": blocks(document["info"]["description"]),
        "groups": [{"name": tag["name"], "description": blocks(tag["description"]),
                    "operations": [each for each in operations if each["tag"] == tag["name"]]}
                   for tag in document["tags"]],
        "answers": [answer(name, described) for name, described in document["components"]["responses"].items()],
    }


def operation(path, described, resolved):
    parameters = [parameter(resolved(each), resolved) for each in described.get("parameters", [])]
    examples = {each["name"]: each["example"] for each in parameters if each["place"] == "path"}
    return {
        "id": described["operationId"], "path": path, "examplePath": path.format(**examples), "tag": described["tags"][0], "summary": described["summary"],
        "description": blocks(described.get("description", "")),
        "parameters": parameters,
        "samples": [{"language": sample["lang"], "label": sample["label"], "source": sample["source"]}
                    for sample in described.get("x-codeSamples", [])],
        "responses": [{"status": status, "answer": each["$ref"].split("/")[-1]}
                      for status, each in described["responses"].items()],
    }


def parameter(described, resolved):
    schema = resolved(described["schema"])
    is_list = schema["type"] == "array"
    item = resolved(schema["items"]) if is_list else schema
    examples = [described["example"]] if "example" in described else \
        [example["value"] for example in described.get("examples", {}).values()]
    return {
        "name": described["name"], "place": described["in"], "isRequired": described.get("required", False),
        "type": ("list of " if is_list else "") + item["type"], "isList": is_list, "values": item.get("enum", []),
        "description": blocks(described["description"]), "example": text_of(examples[0]) if examples else "",
    }


def text_of(value):
    return ",".join(value) if isinstance(value, list) else str(value)


def answer(name, described):
    return {
        "name": name, "description": blocks(described["description"]), "types": list(described.get("content", {})),
        "examples": [{"summary": example["summary"], "text": shown(kind, example["value"])}
                     for kind, content in described.get("content", {}).items()
                     for example in examples_of(content)],
    }


def examples_of(content):
    if "example" in content:
        return [{"summary": "an answer", "value": content["example"]}]
    return content.get("examples", {}).values()


def shown(kind, value):
    if kind == "text/event-stream":
        return "".join(f"{name}: {text}\n" for name, text in value.items())
    return json.dumps(value, ensure_ascii=False, indent=2)


def blocks(markdown):
    """Paragraphs, code and tables. Anything else in a description is an error."""
    tokens, found = MARKDOWN.parse(markdown), []
    for index, token in enumerate(tokens):
        if token.type in ("code_block", "fence"):
            found.append({"kind": "code", "rows": [[[{"text": token.content.rstrip(), "style": "plain"}]]]})
        elif token.type == "inline" and tokens[index - 1].type == "paragraph_open":
            found.append({"kind": "paragraph", "rows": [[spans(token)]]})
        elif token.type == "table_open":
            found.append({"kind": "table", "rows": []})
        elif token.type == "tr_open":
            found[-1]["rows"].append([])
        elif token.type == "inline":
            found[-1]["rows"][-1].append(spans(token))
        elif token.type not in STRUCTURE:
            raise ValueError(f"{token.type} has no place on the page")
    return found


STRUCTURE = {f"{name}_{end}" for name in ("paragraph", "table", "thead", "tbody", "tr", "th", "td") for end in ("open", "close")}


def spans(inline):
    """Pieces of text with the style of each."""
    found, style = [], "plain"
    for token in inline.children:
        if token.type in ("strong_open", "strong_close"):
            style = "strong" if token.type == "strong_open" else "plain"
        elif token.type == "code_inline":
            found.append({"text": token.content, "style": "code"})
        elif token.type in ("text", "softbreak"):
            found.append({"text": " " if token.type == "softbreak" else token.content, "style": style})
        else:
            raise ValueError(f"{token.type} has no place on the page")
    return joined([piece for piece in found if piece["text"]])


def joined(pieces):
    """Neighbours of the same style as one."""
    whole = []
    for piece in pieces:
        if whole and whole[-1]["style"] == piece["style"] != "code":
            whole[-1] = piece | {"text": whole[-1]["text"] + piece["text"]}
        else:
            whole.append(piece)
    return whole
