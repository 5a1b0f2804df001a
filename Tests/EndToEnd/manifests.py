"""The manifests for Kubernetes as they stand in their files, and as `kubectl kustomize` renders them."""

import subprocess

import jsonschema
import yaml
from kubernetes_validate import utils
from referencing import Registry, Resource

from gateway import REPOSITORY

FOLDER = REPOSITORY / "deploy/kubernetes"
OVERLAYS = sorted(path.name for path in (FOLDER / "overlays").iterdir())
NAME = "transcribe-gateway"
# The oldest version that has all fields of the manifests, and the newest whose schemas are here.
VERSIONS = ["1.27.0", utils.all_versions()[-1]]
# Kinds of the Prometheus operator, which Kubernetes has no schema of.
OPERATORS = {"PodMonitor"}


def files():
    """The manifests, kustomizations aside, relative to their folder."""
    found = (path.relative_to(FOLDER) for path in FOLDER.rglob("*.yaml") if path.name != "kustomization.yaml")
    return sorted(found, key=str)


def patches():
    """Those that are a part of a resource only."""
    return {path.parent.relative_to(FOLDER) / patch["path"] for path in FOLDER.rglob("kustomization.yaml")
            for patch in yaml.safe_load(path.read_text()).get("patches", [])}


def read(path):
    [document] = yaml.safe_load_all((FOLDER / path).read_text())
    return document


def base(kind):
    """The one resource of this kind in the base."""
    [resource] = [resource for path in files() if path.parts[0] == "base" and (resource := read(path))["kind"] == kind]
    return resource


def rendered(folder):
    """The resources of an overlay, by kind and name."""
    text = subprocess.run(["kubectl", "kustomize", folder], capture_output=True, text=True, check=True, timeout=30).stdout
    return {(resource["kind"], resource["metadata"]["name"]): resource for resource in yaml.safe_load_all(text)}


def mistakes(resource, version, is_patch=False):
    """What breaks Kubernetes' schema, fields that it does not know included. A patch may lack what the schema requires."""
    group = resource["apiVersion"].split("/")[0].split(".")[0]
    name = f"{resource['kind']}-{'-'.join([group, *resource['apiVersion'].split('/')[1:]])}".lower()
    folder = f"kubernetes-json-schema/v{version}-local-strict"
    schema, definitions = (utils.schema_contents(f"{folder}/{file}.json", version) for file in (name, "_definitions"))
    registry = Resource.from_contents(definitions) @ (Resource.from_contents(schema) @ Registry())
    errors = jsonschema.Draft202012Validator(schema, registry=registry).iter_errors(resource)
    return [f"{error.json_path}: {error.message}" for error in errors if not (is_patch and error.validator == "required")]


def variables(overlay=None):
    """The variables of the ConfigMap: the base's, and those that an overlay adds."""
    lines = (FOLDER / "base/gateway.env").read_text().splitlines()
    pairs = [line for line in lines if line and not line.startswith("#")]
    if overlay:
        [generator] = read(f"overlays/{overlay}/kustomization.yaml")["configMapGenerator"]
        pairs += generator["literals"]
    return dict(pair.split("=", 1) for pair in pairs)


def environment(overlay, namespace="jobs", secret="00112233445566778899aabbccddeeff"):
    """What the process in a pod is given: the ConfigMap's variables and the container's, references replaced."""
    given = variables(overlay)
    for variable in container()["env"]:
        source = variable.get("valueFrom", {})
        value = variable.get("value") or (secret if "secretKeyRef" in source else namespace)
        given[variable["name"]] = value.replace("$(POD_NAMESPACE)", given.get("POD_NAMESPACE", ""))
    return given


def pod():
    return base("Deployment")["spec"]["template"]["spec"]


def container():
    [container] = pod()["containers"]
    return container
