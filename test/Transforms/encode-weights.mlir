// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-encode-weights))' | FileCheck %s

// CHECK-LABEL: @nearest
// CHECK-DAG: %[[CODES:.*]] = arith.constant dense<{{\[\[}}127], [-64]]> : tensor<2x1xi8>
// CHECK-DAG: %[[ONE:.*]] = arith.constant dense<1.000000e+00> : tensor<1x1xf32>
// CHECK: %[[W:.*]] = nibble.dequantize %[[CODES]] scale(%[[ONE]] : tensor<1x1xf32>) as <s8 narrow, block = [0, 1]> : tensor<2x1xi8> -> tensor<2x1xf32>
// CHECK: nibble.contract ins(%{{.*}}, %[[W]] : {{.*}} {nibble.schemes = {filter = #nibble.scheme<s8 narrow, block = [0, 1]>}}
func.func @nearest(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %init = tensor.empty() : tensor<1x1xf32>
  %w = arith.constant dense<[[127.0], [-64.0]]> : tensor<2x1xf32>
  %y = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {filter = #nibble.scheme<s8 narrow, block = [0, 1]>}} -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

// Seven ones beside 2.5: three units of 2.5 / 7 are 0.071 too much for each. 62/64 of the range, (S47), take 0.078 from the largest and leave 0.038
// of that.
// CHECK-LABEL: @squared_error
// CHECK-DAG: arith.constant dense<0.357142866> : tensor<1x1xf32>
// CHECK-DAG: arith.constant dense<0.345982134> : tensor<1x1xf32>
func.func @squared_error(%x: tensor<1x8xf32>) -> (tensor<1x1xf32>, tensor<1x1xf32>) {
  %init = tensor.empty() : tensor<1x1xf32>
  %w = arith.constant dense<[[2.5], [1.0], [1.0], [1.0], [1.0], [1.0], [1.0], [1.0]]> : tensor<8x1xf32>
  %y = nibble.contract ins(%x, %w : tensor<1x8xf32>, tensor<8x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {filter = #nibble.scheme<s4 narrow, block = [0, 1]>}} -> tensor<1x1xf32>
  %z = nibble.contract ins(%x, %w : tensor<1x8xf32>, tensor<8x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {filter = #nibble.scheme<s4 narrow, block = [0, 1]>, scale_by = "squared_error"}} -> tensor<1x1xf32>
  return %y, %z : tensor<1x1xf32>, tensor<1x1xf32>
}

// -----

// No scheme, and a weight that is computed.
// CHECK-LABEL: @left
// CHECK-NOT: nibble.dequantize
func.func @left(%x: tensor<1x2xf32>, %w: tensor<2x1xf32>) -> (tensor<1x1xf32>, tensor<1x1xf32>) {
  %init = tensor.empty() : tensor<1x1xf32>
  %c = arith.constant dense<1.0> : tensor<2x1xf32>
  %y = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {filter = #nibble.scheme<s8 narrow, block = [0, 1]>}} -> tensor<1x1xf32>
  %z = nibble.contract ins(%x, %c : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>) -> tensor<1x1xf32>
  return %y, %z : tensor<1x1xf32>, tensor<1x1xf32>
}
