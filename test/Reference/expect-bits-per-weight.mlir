// RUN: %nibble_interpret --split-input-file --verify-diagnostics %s

// 4 * 32 bytes of codes and 4 * 2 * 2 bytes of scales for 4 * 128 numbers: 8 * 144 / 512 = 2.25.
func.func @main() {
  %codes = arith.constant dense<0> : tensor<4x32xi8>
  %scales = arith.constant dense<1.0> : tensor<4x2xf16>
  nibble_check.expect_bits_per_weight %codes, %scales stores tensor<4x128xf32> at_most 2.25
    : tensor<4x32xi8>, tensor<4x2xf16>
  // expected-error @below {{'nibble_check.expect_bits_per_weight' op expected at most 2 bits per weight, got 2.25: 144 bytes for 512 weights}}
  nibble_check.expect_bits_per_weight %codes, %scales stores tensor<4x128xf32> at_most 2.0
    : tensor<4x32xi8>, tensor<4x2xf16>
  return
}
