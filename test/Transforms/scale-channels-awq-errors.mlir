// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-scale-channels-awq{statistics=%S/Inputs/gram.json}))' -verify-diagnostics
// RUN: not %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-scale-channels-awq{statistics=%S/Inputs/none.json}))' 2>&1 | FileCheck %s

// CHECK: error: cannot read calibration statistics: {{.*}}none.json: No such file or directory
func.func @magnitudes(%x: tensor<1x3xf32>) -> tensor<1x1xf32> {
  %init = tensor.empty() : tensor<1x1xf32>
  %w = arith.constant dense<1.0> : tensor<3x1xf32>
  // expected-error @below {{the calibration statistics have no array 'none/channel_magnitudes', which its weights are rounded by; calibrate with the recipe that asks for it}}
  %0 = nibble.observe %x "none" : tensor<1x3xf32> -> tensor<1x3xf32>
  %y = nibble.contract ins(%0, %w : tensor<1x3xf32>, tensor<3x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {channel_scaling = "awq", filter = #nibble.scheme<s4, block = [0, 1]>}} -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

func.func @gram(%x: tensor<1x3xf32>) -> tensor<1x1xf32> {
  %init = tensor.empty() : tensor<1x1xf32>
  %w = arith.constant dense<1.0> : tensor<3x1xf32>
  %0 = nibble.observe %x "other" : tensor<1x3xf32> -> tensor<1x3xf32>
  // expected-error @below {{the calibration statistics have no array 'other/gram', which its weights are rounded by; calibrate with the recipe that asks for it}}
  %y = nibble.contract ins(%0, %w : tensor<1x3xf32>, tensor<3x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {channel_scaling = "awq", filter = #nibble.scheme<s4, block = [0, 1]>}} -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
