// RUN: %nibble_opt %s --split-input-file --verify-diagnostics

func.func private @f() attributes {
  // expected-error @below {{(C1) expected batches as pairs of f32, got 'tensor<2xf32>'}}
  seen = #nibble.statistics<count = 2, min = 0.0 : f32, max = 1.0 : f32, batches = dense<[0.0, 1.0]> : tensor<2xf32>>
}

// -----

func.func private @f() attributes {
  // expected-error @below {{(C1) expected a histogram as pairs of i64, got 'tensor<1x2xi32>'}}
  seen = #nibble.statistics<count = 2, min = 0.0 : f32, max = 1.0 : f32, histogram = dense<[[0, 2]]> : tensor<1x2xi32>>
}

// -----

func.func private @f() attributes {
  // expected-error @below {{(C2) expected means as a list of f32, got 'tensor<1x2xf32>'}}
  seen = #nibble.statistics<count = 2, min = 0.0 : f32, max = 1.0 : f32, means = dense<[[0.0, 1.0]]> : tensor<1x2xf32>>
}
