// RUN: %nibble_opt %s | %nibble_opt | FileCheck %s

// CHECK-LABEL: @seen
// CHECK-SAME: #nibble.statistics<count = 3, min = -1.000000e+00 : f32, max = 2.000000e+00 : f32,
// CHECK-SAME: batches = dense<{{\[\[}}-1.000000e+00, 2.000000e+00]]> : tensor<1x2xf32>,
// CHECK-SAME: histogram = dense<{{\[\[}}-16257, 1], [16256, 1], [16384, 1]]> : tensor<3x2xi64>,
// CHECK-SAME: means = dense<[-1.000000e+00, 1.500000e+00]> : tensor<2xf32>>
func.func private @seen() attributes {
  seen = #nibble.statistics<count = 3, min = -1.0 : f32, max = 2.0 : f32, batches = dense<[[-1.0, 2.0]]> : tensor<1x2xf32>,
                            histogram = dense<[[-16257, 1], [16256, 1], [16384, 1]]> : tensor<3x2xi64>,
                            means = dense<[-1.0, 1.5]> : tensor<2xf32>>
}

// CHECK-LABEL: @nothing_seen
// CHECK-SAME: #nibble.statistics<count = 0, min = 0.000000e+00 : f32, max = 0.000000e+00 : f32>
func.func private @nothing_seen() attributes {
  seen = #nibble.statistics<count = 0, min = 0.0 : f32, max = 0.0 : f32>
}
