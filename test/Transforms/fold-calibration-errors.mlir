// RUN: %nibble_opt %s --pass-pipeline='builtin.module(nibble-fold-calibration{statistics=%S/Inputs/shard-1.json})' -verify-diagnostics
// RUN: not %nibble_opt %s --pass-pipeline='builtin.module(nibble-fold-calibration{statistics=%S/Inputs/none.json,%s})' 2>&1 | FileCheck %s

// CHECK: error: cannot read calibration statistics: {{.*}}none.json: No such file or directory
// CHECK-NEXT: fold-calibration-errors.mlir: not JSON: [1:1, byte=1]: Invalid JSON value

// expected-error @below {{no calibration statistics for 2 of 3 values: "conv2", "pool"}}
module {
  func.func @main(%x: tensor<1x8xf32>) -> tensor<1x8xf32> {
    %0 = nibble.observe %x "conv1" : tensor<1x8xf32> -> tensor<1x8xf32>
    // expected-note @below {{"conv2" is observed here}}
    %1 = nibble.observe %0 "conv2" : tensor<1x8xf32> -> tensor<1x8xf32>
    // expected-note @below {{"pool" is observed here}}
    %2 = nibble.observe %1 "pool" : tensor<1x8xf32> -> tensor<1x8xf32>
    return %2 : tensor<1x8xf32>
  }
}
