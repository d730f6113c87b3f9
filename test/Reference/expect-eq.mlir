// RUN: %nibble_interpret --split-input-file --verify-diagnostics %s
// RUN: not %nibble_interpret --split-input-file %s 2>/dev/null

// Any NaN is the same as any other; bytes are the same whatever their sign.
func.func @main() {
  %x = arith.constant dense<[1.0, -0.0, 0x7FC00000, 0x7F800000]> : tensor<4xf32>
  %y = arith.constant dense<[1.0, -0.0, 0xFFC00001, 0x7F800000]> : tensor<4xf32>
  nibble_check.expect_eq %x, %y : tensor<4xf32>
  %a = arith.constant dense<[200, 7]> : tensor<2xi8>
  %b = arith.constant dense<[-56, 7]> : tensor<2xi8>
  nibble_check.expect_eq %a, %b : tensor<2xi8>
  %none = arith.constant dense<[]> : tensor<0xi8>
  nibble_check.expect_eq %none, %none : tensor<0xi8>
  %true = arith.constant dense<true> : tensor<i1>
  nibble_check.expect_eq %true, %true : tensor<i1>
  return
}

// -----

// All checks of a program are evaluated, and each names the first element that is wrong.
func.func @main() {
  %x = arith.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
  %y = arith.constant dense<[[1, 2, 3], [4, 7, 8]]> : tensor<2x3xi32>
  // expected-error @below {{'nibble_check.expect_eq' op expected 7 at [1, 1], got 5; 2 of 6 elements differ}}
  nibble_check.expect_eq %x, %y : tensor<2x3xi32>
  %p = arith.constant dense<0.0> : tensor<f32>
  %n = arith.constant dense<-0.0> : tensor<f32>
  // expected-error @below {{'nibble_check.expect_eq' op expected -0 at [], got 0; 1 of 1 elements differ}}
  nibble_check.expect_eq %p, %n : tensor<f32>
  return
}

// -----

func.func @main() {
  %x = arith.constant dense<[1, 2, 3]> : tensor<3xi32>
  %y = arith.constant dense<[1, 2]> : tensor<2xi32>
  %a = tensor.cast %x : tensor<3xi32> to tensor<?xi32>
  %b = tensor.cast %y : tensor<2xi32> to tensor<?xi32>
  // expected-error @below {{'nibble_check.expect_eq' op expected the shape of 'tensor<2xi32>', got 'tensor<3xi32>'}}
  nibble_check.expect_eq %a, %b : tensor<?xi32>
  return
}
