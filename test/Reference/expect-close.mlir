// RUN: %nibble_interpret --split-input-file --verify-diagnostics %s

// Numbers next to each other: 1 and 1 + 2^-23; both sides of zero are one subnormal number away from it.
func.func @main() {
  %x = arith.constant dense<[0x3F800000, 0x00000001, 0x80000000, 0x7FC00000, 0x7F7FFFFF]> : tensor<5xf32>
  %y = arith.constant dense<[0x3F800001, 0x80000001, 0x00000000, 0xFFC00000, 0x7F800000]> : tensor<5xf32>
  nibble_check.expect_close %x, %y ulps 2 : tensor<5xf32>
  // expected-error @below {{'nibble_check.expect_close' op expected -1.40129846e-45 within 1 ulps at [1], got 1.40129846e-45; 1 of 5 elements differ}}
  nibble_check.expect_close %x, %y ulps 1 : tensor<5xf32>
  %h = arith.constant dense<[0x3C00, 0xBC00]> : tensor<2xf16>
  %g = arith.constant dense<[0x3C02, 0xBC03]> : tensor<2xf16>
  // expected-error @below {{'nibble_check.expect_close' op expected -1.00292969 within 2 ulps at [1], got -1; 1 of 2 elements differ}}
  nibble_check.expect_close %h, %g ulps 2 : tensor<2xf16>
  return
}

// -----

func.func @main() {
  %x = arith.constant dense<[100.5, 0.25, 0x7FF0000000000000]> : tensor<3xf64>
  %y = arith.constant dense<[100.0, 0.0, 0x7FF0000000000000]> : tensor<3xf64>
  nibble_check.expect_close %x, %y relative 0.005 absolute 0.25 : tensor<3xf64>
  // expected-error @below {{'nibble_check.expect_close' op expected 0 within 0.005 of it and 0 at [1], got 0.25; 1 of 3 elements differ}}
  nibble_check.expect_close %x, %y relative 0.005 : tensor<3xf64>
  // expected-error @below {{'nibble_check.expect_close' op expected 100 within 0 of it and 0.25 at [0], got 100.5; 1 of 3 elements differ}}
  nibble_check.expect_close %x, %y absolute 0.25 : tensor<3xf64>
  %z = arith.constant dense<0.0> : tensor<3xf64>
  // Nothing but infinity is close to infinity.
  // expected-error @below {{'nibble_check.expect_close' op expected inf within 10 of it and 1000 at [2], got 0; 1 of 3 elements differ}}
  nibble_check.expect_close %z, %y relative 10.0 absolute 1.0e3 : tensor<3xf64>
  return
}

// -----

func.func @main() {
  %x = arith.constant dense<[1.0, 0.0]> : tensor<2xf32>
  %y = arith.constant dense<[1.0, 0x7FC00000]> : tensor<2xf32>
  // expected-error @below {{'nibble_check.expect_close' op expected nan within 1 of it and 1000 at [1], got 0; 1 of 2 elements differ}}
  nibble_check.expect_close %x, %y relative 1.0 absolute 1.0e3 : tensor<2xf32>
  return
}
