// RUN: %nibble_opt %s --split-input-file --verify-diagnostics

func.func @f(%x: tensor<4xi8>) {
  // expected-error @below {{'nibble_check.expect_close' op (C1) expected float elements, got 'tensor<4xi8>'}}
  nibble_check.expect_close %x, %x ulps 1 : tensor<4xi8>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @below {{'nibble_check.expect_close' op (C2) expected 'ulps', or one or both of 'relative' and 'absolute'}}
  nibble_check.expect_close %x, %x : tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @below {{'nibble_check.expect_close' op (C2) expected 'ulps', or one or both of 'relative' and 'absolute', got both}}
  nibble_check.expect_close %x, %x ulps 1 absolute 1.0 : tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @below {{'nibble_check.expect_close' op (C3) expected a finite bound of at least 0, got ulps -1}}
  nibble_check.expect_close %x, %x ulps -1 : tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @below {{'nibble_check.expect_close' op (C3) expected a finite bound of at least 0, got relative -1.0}}
  nibble_check.expect_close %x, %x relative -1.0 : tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @below {{'nibble_check.expect_close' op (C3) expected a finite bound of at least 0, got absolute}}
  nibble_check.expect_close %x, %x absolute 0x7FF0000000000000 : tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xi8>) {
  // expected-error @below {{'nibble_check.expect_sqnr' op (C1) expected float elements, got 'tensor<4xi8>'}}
  nibble_check.expect_sqnr %x, %x at_least 20.0 : tensor<4xi8>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @below {{'nibble_check.expect_sqnr' op (C2) expected a finite number of decibel}}
  nibble_check.expect_sqnr %x, %x at_least 0x7FF0000000000000 : tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xi8>) {
  // expected-error @below {{'nibble_check.expect_bits_per_weight' op (C1) expected a stored tensor of static shape with elements, got 'tensor<?xf32>'}}
  nibble_check.expect_bits_per_weight %x stores tensor<?xf32> at_most 4.0 : tensor<4xi8>
  return
}

// -----

func.func @f(%x: tensor<4xi8>) {
  // expected-error @below {{'nibble_check.expect_bits_per_weight' op (C1) expected a stored tensor of static shape with elements, got 'tensor<0xf32>'}}
  nibble_check.expect_bits_per_weight %x stores tensor<0xf32> at_most 4.0 : tensor<4xi8>
  return
}

// -----

func.func @f(%x: tensor<4xi8>) {
  // expected-error @below {{'nibble_check.expect_bits_per_weight' op (C2) expected a finite and positive number of bits}}
  nibble_check.expect_bits_per_weight %x stores tensor<8xf32> at_most 0.0 : tensor<4xi8>
  return
}
