// RUN: %nibble_opt %s --pass-pipeline='builtin.module(func.func(nibble-assign-schemes))' | FileCheck %s
// RUN: %nibble_opt %s --pass-pipeline='builtin.module(func.func(nibble-assign-schemes{recipe=float32}))' | FileCheck %s --check-prefix=FLOAT
// RUN: not %nibble_opt %s --pass-pipeline='builtin.module(func.func(nibble-assign-schemes{recipe=none-such}))' 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// UNKNOWN: error: {{.*}}none-such

// CHECK-LABEL: @contract
// CHECK: nibble.contract
// CHECK-SAME: nibble.schemes = {calibrator = "{{.*}}", filter = #nibble.scheme<s8 narrow, block = [0, 1]>, input = #nibble.scheme<u8, zero_point = integer>}
// FLOAT-LABEL: @contract
// FLOAT: nibble.contract
// FLOAT-SAME: nibble.float = "{{.+}}"
func.func @contract(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = arith.constant dense<1.0> : tensor<2x1xf32>
  %init = tensor.empty() : tensor<1x1xf32>
  %y = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// The output channel of a transposed filter is its first dimension.
// CHECK-LABEL: @transposed
// CHECK: filter = #nibble.scheme<s8 narrow, block = [1, 0]>
func.func @transposed(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = arith.constant dense<1.0> : tensor<1x2xf32>
  %init = tensor.empty() : tensor<1x1xf32>
  %y = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<1x2xf32>) outs(%init : tensor<1x1xf32>)
         {transposeFilter} -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// CHECK-LABEL: @conv
// CHECK: filter = #nibble.scheme<s8 narrow, block = [0, 0, 0, 1]>
func.func @conv(%x: tensor<1x2x2x1xf32>) -> tensor<1x2x2x3xf32> {
  %w = arith.constant dense<1.0> : tensor<1x1x1x3xf32>
  %init = tensor.empty() : tensor<1x2x2x3xf32>
  %y = nibble.conv ins(%x, %w : tensor<1x2x2x1xf32>, tensor<1x1x1x3xf32>) outs(%init : tensor<1x2x2x3xf32>)
         -> tensor<1x2x2x3xf32>
  return %y : tensor<1x2x2x3xf32>
}
