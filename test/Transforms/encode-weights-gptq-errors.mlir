// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-encode-weights-gptq{statistics=%S/Inputs/gram.json}))' -verify-diagnostics
// RUN: not %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-encode-weights-gptq{statistics=%S/Inputs/none.json}))' 2>&1 | FileCheck %s
// RUN: not %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-encode-weights-gptq{block-size=0}))' 2>&1 | FileCheck %s --check-prefix=BLOCK
// RUN: not %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-encode-weights-gptq{damping=-1}))' 2>&1 | FileCheck %s --check-prefix=DAMPING

// CHECK: error: cannot read calibration statistics: {{.*}}none.json: No such file or directory
// BLOCK: error: expected a damping of at least 0 and blocks of at least one place, got {{.*}} and 0
// DAMPING: error: expected a damping of at least 0 and blocks of at least one place, got {{-1.*}} and 128

// Statistics that were kept for another recipe, of another model, and that nobody can have seen.
func.func @main(%x: tensor<1x3xf32>, %z: tensor<1x3xf32>, %n: tensor<1x3xf32>) -> (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>) {
  %init = tensor.empty() : tensor<1x1xf32>
  %w = arith.constant dense<1.0> : tensor<3x1xf32>
  %0 = nibble.observe %x "other" : tensor<1x3xf32> -> tensor<1x3xf32>
  // expected-error @below {{the calibration statistics have no array 'other/gram', which its weights are rounded by; calibrate with the recipe that asks for it}}
  %a = nibble.contract ins(%0, %w : tensor<1x3xf32>, tensor<3x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {filter = #nibble.scheme<s4, block = [0, 1]>, round_by = "gptq"}} -> tensor<1x1xf32>
  %1 = nibble.observe %z "short" : tensor<1x3xf32> -> tensor<1x3xf32>
  // expected-error @below {{expected 6 elements in the array 'short/gram' of the calibration statistics, got 1}}
  %b = nibble.contract ins(%1, %w : tensor<1x3xf32>, tensor<3x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {filter = #nibble.scheme<s4, block = [0, 1]>, round_by = "gptq"}} -> tensor<1x1xf32>
  %2 = nibble.observe %n "negative" : tensor<1x3xf32> -> tensor<1x3xf32>
  // expected-error @below {{the array 'negative/gram' of the calibration statistics has no sums of products: expected finite numbers, and squares of at least 0}}
  %c = nibble.contract ins(%2, %w : tensor<1x3xf32>, tensor<3x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {filter = #nibble.scheme<s4, block = [0, 1]>, round_by = "gptq"}} -> tensor<1x1xf32>
  return %a, %b, %c : tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>
}
