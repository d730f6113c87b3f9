// RUN: %nibble_opt %s --pass-pipeline='builtin.module(nibble-fold-calibration{statistics=%S/Inputs/shard-1.json,%S/Inputs/shard-2.json})' -verify-diagnostics | FileCheck %s

// Two shards are merged, and sums of channels become means of the 3.5 elements of each; what is not finite is left out, and a name that no probe has is remarked.
// expected-remark @below {{calibration statistics of 'old' are not used by any value}}
module {
  // CHECK-LABEL: func.func @main
  func.func @main(%x: tensor<1x8xf32>) -> tensor<1x8xf32> {
    // CHECK: nibble.observe %{{.*}} "conv1" statistics <count = 7, min = -1.000000e+00 : f32, max = 2.000000e+00 : f32,
    // CHECK-SAME{LITERAL}: batches = dense<[[-1.000000e+00, 2.000000e+00], [1.000000e+00, 2.000000e+00]]> : tensor<2x2xf32>,
    // CHECK-SAME{LITERAL}: histogram = dense<[[-16257, 1], [16256, 1], [16384, 5]]> : tensor<3x2xi64>,
    // CHECK-SAME: means = dense<[2.000000e+00, 0.000000e+00]> : tensor<2xf32>>
    // CHECK-SAME: : tensor<1x8xf32> -> tensor<1x8xf32>
    // expected-warning @below {{calibration saw 3 NaNs and 1 infinities in "conv1"; they are left out}}
    %y = nibble.observe %x "conv1" : tensor<1x8xf32> -> tensor<1x8xf32>
    return %y : tensor<1x8xf32>
  }
}
