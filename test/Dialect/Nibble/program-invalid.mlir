// RUN: %nibble_opt %s --split-input-file --verify-diagnostics

func.func @main() {
  // expected-error @below {{'nibble.launch' op (C1) no kernel @missing}}
  nibble.launch @missing tiles(1) ()
  return
}

// -----

func.func private @kernel(index, memref<8xi8>)
func.func @main(%x: memref<4xi8>) {
  // expected-error @below {{'nibble.launch' op (C1) operands do not fit the signature of @kernel}}
  nibble.launch @kernel tiles(1) (%x) : memref<4xi8>
  return
}

// -----

func.func private @kernel(memref<8xi8>)
func.func @main(%x: memref<8xi8>) {
  // expected-error @below {{'nibble.launch' op (C1) operands do not fit the signature of @kernel}}
  nibble.launch @kernel tiles(1) (%x) : memref<8xi8>
  return
}

// -----

func.func private @kernel(index)
func.func @main() {
  // expected-error @below {{'nibble.launch' op (C2) expected at least one tile, got 0}}
  nibble.launch @kernel tiles(0) ()
  return
}
