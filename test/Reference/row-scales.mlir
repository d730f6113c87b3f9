// RUN: %nibble_opt %s --pass-pipeline='builtin.module(func.func(nibble-fuse-contractions))' | %nibble_interpret - | FileCheck %s

// docs/Spec.md, "Scales from run time".

// (S50): behind the sum of codes come the filter's scale, the row's, and the bias.
// CHECK: tensor<2x1xf32> {{\[\[}}2.25787401], [49.8562965]]
func.func @main() -> tensor<2x1xf32> {
  %x = arith.constant dense<[[1.0, 0.5], [100.0, -25.0]]> : tensor<2x2xf32>
  %w = arith.constant dense<[[2], [4]]> : tensor<2x1xi8>
  %sw = arith.constant dense<0.5> : tensor<f32>
  %b = arith.constant dense<0.25> : tensor<1xf32>
  %init = tensor.empty() : tensor<2x1xf32>
  %s = nibble.choose_params %x as <s8 narrow, block = [1, 0]> : tensor<2x2xf32> -> tensor<2x1xf32>
  %codes = nibble.quantize %x scale(%s : tensor<2x1xf32>) as <s8 narrow, block = [1, 0]> : tensor<2x2xf32> -> tensor<2x2xi8>
  %0 = nibble.dequantize %codes scale(%s : tensor<2x1xf32>) as <s8 narrow, block = [1, 0]> : tensor<2x2xi8> -> tensor<2x2xf32>
  %1 = nibble.dequantize %w scale(%sw : tensor<f32>) as <s8 narrow> : tensor<2x1xi8> -> tensor<2x1xf32>
  %y = nibble.contract ins(%0, %1 : tensor<2x2xf32>, tensor<2x1xf32>) bias(%b : tensor<1xf32>) outs(%init : tensor<2x1xf32>) -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}
