# Every target does its own set-up: system packages where apt-get is, all else in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet
ARGS ?=
# The window starts in two thirds of the time when its modules are compiled; Python does that itself,
# but not at the first start, and never where its surroundings forbid it to write them.
COMPILE := $(BIN)/python -m compileall -qq app mvit_core || true

.PHONY: prepare run test coverage check check-layout check-rules check-types check-imports
.PHONY: bench soak screenshots translations docs clean

run: $(VENV)/.installed-run
	@$(COMPILE)
	@sh resources/setup/run.sh $(BIN) $(ARGS)

test: $(VENV)/.installed-test
	@$(COMPILE)
	@$(BIN)/python -m app.checks
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest $(ARGS)

# Of what `make test ARGS=--cov` has measured: a floor for the core, and one for the window.
coverage: $(VENV)/.installed-test
	$(BIN)/coverage report --include='mvit_core/*' --format=total --fail-under=95
	$(BIN)/coverage report --include='app/*' --format=total --fail-under=85

check: check-layout check-rules check-types check-imports

check-layout: $(VENV)/.installed-check
	$(BIN)/ruff format --check .

check-rules: $(VENV)/.installed-check
	$(BIN)/ruff check .

check-types: $(VENV)/.installed-check
	$(BIN)/mypy

check-imports: $(VENV)/.installed-check
	$(BIN)/lint-imports

bench: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks $(ARGS)

soak: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks.soak $(ARGS)

translations: $(VENV)/.installed-test
	$(BIN)/python -m resources.translations.update

screenshots: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks.screenshots $(ARGS)

# Reference pages of every public name, in build/reference.
docs: $(VENV)/.installed-docs
	$(BIN)/python -m docs.scripts.reference

clean:
	rm -rf $(VENV) build dist

# System packages, on Debian and Ubuntu, and the environment itself; says nothing when all is there.
prepare:
	@sh resources/setup/prepare.sh $(VENV) $(PYTHON)

$(VENV)/.installed-run: pyproject.toml constraints.txt | prepare
	$(PIP) -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-test: pyproject.toml constraints.txt | prepare
	$(PIP) -c constraints.txt -e '.[test]'
	@touch $@

# Peers are measured against, never used; their own dependencies would replace our torch.
$(VENV)/.installed-bench: $(VENV)/.installed-test
	$(PIP) --no-deps torchvision==0.28.0 timm==1.0.31 pillow torchcodec==0.13.0 decord==0.6.0
	$(PIP) --no-deps onnxruntime==1.32.0 openvino==2026.4.1 openvino-telemetry onnx==1.23.2 \
	  onnxscript==0.7.2 onnx_ir==1.1.0 ml_dtypes==0.6.0 protobuf flatbuffers
	$(PIP) -c constraints.txt matplotlib==3.11.2
	@touch $@

$(VENV)/.installed-check: pyproject.toml constraints.txt | prepare
	$(PIP) -c constraints.txt -e '.[test,check]'
	@touch $@

$(VENV)/.installed-docs: $(VENV)/.installed-test
	$(PIP) -c constraints.txt -e '.[docs]'
	@touch $@
