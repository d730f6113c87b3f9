// RUN: %nibble_interpret --split-input-file --verify-diagnostics %s

// Signal 1 + 9 = 10, noise 0.1^2 = 0.01: 30 dB.
func.func @main() {
  %x = arith.constant dense<[1.0, 3.1]> : tensor<2xf64>
  %y = arith.constant dense<[1.0, 3.0]> : tensor<2xf64>
  nibble_check.expect_sqnr %x, %y at_least 29.999 : tensor<2xf64>
  nibble_check.expect_sqnr %y, %y at_least 1000.0 : tensor<2xf64>
  // expected-error @below {{'nibble_check.expect_sqnr' op expected a signal of at least 30.001 dB above the noise, got 30 dB}}
  nibble_check.expect_sqnr %x, %y at_least 30.001 : tensor<2xf64>
  return
}

// -----

func.func @main() {
  %x = arith.constant dense<[1.0, 0x7F800000]> : tensor<2xf32>
  %y = arith.constant dense<[1.0, 3.0]> : tensor<2xf32>
  // expected-error @below {{'nibble_check.expect_sqnr' op expected a signal of at least -100 dB above the noise, got a difference that is not finite}}
  nibble_check.expect_sqnr %x, %y at_least -100.0 : tensor<2xf32>
  %zero = arith.constant dense<0.0> : tensor<2xf32>
  // expected-error @below {{'nibble_check.expect_sqnr' op expected a signal of at least -100 dB above the noise, got -inf dB}}
  nibble_check.expect_sqnr %y, %zero at_least -100.0 : tensor<2xf32>
  return
}

// -----

func.func @main() {
  %x = arith.constant dense<1.0> : tensor<3xf32>
  %y = arith.constant dense<1.0> : tensor<2xf32>
  %a = tensor.cast %x : tensor<3xf32> to tensor<?xf32>
  %b = tensor.cast %y : tensor<2xf32> to tensor<?xf32>
  // expected-error @below {{'nibble_check.expect_sqnr' op expected the shape of 'tensor<2xf32>', got 'tensor<3xf32>'}}
  nibble_check.expect_sqnr %a, %b at_least 1.0 : tensor<?xf32>
  return
}
