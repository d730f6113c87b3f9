#!/usr/bin/env bash
# Installs what is missing, builds in build/ and runs every test. The last line is `N passed, N failed, N skipped`.
set -euo pipefail
cd "$(dirname "$0")/.."

bash tools/install-dependencies.sh
bash tools/build.sh all nibble-test-depends
# Not through ninja, which would print after the counts.
exec python3 test/check.py --lit /usr/lib/llvm-22/bin/lit --output build/test
