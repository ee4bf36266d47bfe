# All tasks of a checkout. Recipes longer than a few lines are scripts in tools/. `make` alone lists the
# targets; `run` and `test` install missing packages themselves.

PORT ?= 8080
MODEL ?= imagenet
ARGS ?=
SECONDS ?= 60
TARGET ?=
ENGINE := libonnxruntime.so.1.32.0
CHECKED := --explicit-target-dependency-import-check error
BINARY := .build/release/amphora

.DEFAULT_GOAL := help
.PHONY: help setup build run test sanitize fuzz image bench record sweep test-torch format lint clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install missing Debian packages and the inference engine
	@tools/setup.sh

build: setup ## the release binary, .build/release/amphora, which runs from any folder
	swift build -c release --static-swift-stdlib $(CHECKED) --product amphora
	@ln -f .engine/$(ENGINE) .build/release/ 2>/dev/null || cp -f .engine/$(ENGINE) .build/release/

run: build ## serve a network of ImageNet's classes on port 8080 (MODEL=digits, PORT=…, ARGS='--option …')
	@[ $(MODEL) != imagenet ] || tools/get_model.sh imagenet || echo "run: models/digits is served instead"
	$(BINARY) serve --model-path $$(ls -d models/$(MODEL) 2>/dev/null || echo models/digits) --port $(PORT) $(ARGS)

test: build ## all tests; ends with "N passed, N failed"
	@tools/test.sh

sanitize: setup ## the Swift tests under AddressSanitizer, then ThreadSanitizer
	@tools/sanitize.sh

fuzz: setup ## fuzz all targets, or TARGET=…, for SECONDS=60 each (1200 for a thorough run)
	@tools/fuzz.sh -s $(SECONDS) $(TARGET)

image: build ## the container images, with Docker or without; ARGS='--model folder …'
	@docker info >/dev/null 2>&1 || $(MAKE) --no-print-directory build
	@container/build $(ARGS)

bench: build ## all benchmarks; a table each
	@python3 benchmarks/run.py

record: setup ## record answers of PyTorch, transformers, timm, TensorFlow, MXNet … again (.venv-torch: 6 GB)
	@tools/venv.sh .venv-torch tools/requirements-torch.txt
	.venv-torch/bin/python tools/record_torchvision.py
	.venv-torch/bin/python tools/record_orientations.py
	HF_HUB_OFFLINE=1 .venv-torch/bin/python tools/record_exporters.py
	.venv-torch/bin/python tools/record_torchvision_resize.py
	HF_HUB_OFFLINE=1 .venv-torch/bin/python tools/record_processors.py
	.venv-torch/bin/pip install -q --no-deps --target .venv-torch/transformers4 -r tools/requirements-transformers4.txt
	HF_HUB_OFFLINE=1 PYTHONPATH=.venv-torch/transformers4 .venv-torch/bin/python tools/record_processors.py
	@tools/venv.sh .venv-mxnet tools/requirements-mxnet.txt
	.venv-mxnet/bin/python tools/record_mxnet.py
	@tools/venv.sh .venv-sweep-keras tools/requirements-sweep-keras.txt
	.venv-sweep-keras/bin/python tools/record_tensorflow.py
	@tools/venv.sh .venv-presets tools/requirements-presets.txt
	.venv-presets/bin/python tools/record_presets.py

sweep: build ## compare many models with their own pipelines; writes docs/sweep.md (hours, 12 GB)
	python3 tools/sweep.py $(ARGS)

test-torch: build ## compare the server with PyTorch and torchvision (.venv-torch, 6 GB)
	@tools/venv.sh .venv-torch tools/requirements-torch.txt Tests/EndToEnd/requirements.txt
	.venv-torch/bin/python -m pytest -q Tests/EndToEnd/torchvision

format: ## bring the Swift sources into the project's format
	swift format -i -r Sources Tests Package.swift

lint: ## check the format, circles among folders, and the C sources for arm64
	swift format lint --strict -r Sources Tests Package.swift
	python3 tools/check_folders.py --circles
	@tools/check_arm64.sh || [ $$? = 2 ]

clean: ## remove everything built; the engine stays
	rm -rf .build .build-asan .build-tsan .build-fuzz .venv-test .venv-torch .venv-lambda .venv-mxnet .venv-presets .venv-sweep* .sweep \
		.container
