// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-quantize))' | FileCheck %s

#u8 = #nibble.scheme<u8, zero_point = integer>
#s8 = #nibble.scheme<s8 narrow, block = [0, 1]>
#x = #nibble.statistics<count = 2, min = -1.0 : f32, max = 1.55 : f32,
                        histogram = dense<[[-16257, 1], [16326, 1]]> : tensor<2x2xi64>>

// The range [-1, 1.55] of 256 codes: scale 0.01, zero point 100. The bias of 0.5 is a whole number of units 0.01 * 0.02.
// CHECK-LABEL: @contraction
// CHECK-SAME: %[[X:.*]]: tensor<1x2xf32>
// CHECK-DAG: %[[SX:.*]] = arith.constant dense<0.00999999977> : tensor<f32>
// CHECK-DAG: %[[ZX:.*]] = arith.constant dense<100> : tensor<i32>
// CHECK-DAG: %[[Q:.*]] = nibble.quantize %[[X]] scale(%[[SX]] : tensor<f32>) zero_point(%[[ZX]] : tensor<i32>)
// CHECK-DAG: %[[DX:.*]] = nibble.dequantize %[[Q]] scale(%[[SX]] : tensor<f32>) zero_point(%[[ZX]] : tensor<i32>)
// CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<0.49999997> : tensor<1xf32>
// CHECK-DAG: %[[W:.*]] = arith.constant dense<{{\[\[}}127], [-64]]> : tensor<2x1xi8>
// CHECK-DAG: %[[SW:.*]] = arith.constant dense<2.000000e-02> : tensor<1x1xf32>
// CHECK-DAG: %[[DW:.*]] = nibble.dequantize %[[W]] scale(%[[SW]] : tensor<1x1xf32>) as <s8 narrow, block = [0, 1]>
// CHECK: nibble.contract ins(%[[DX]], %[[DW]] : {{.*}}) bias(%[[BIAS]]
// CHECK-NOT: nibble.quantize
func.func @contraction(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = arith.constant dense<[[2.54], [-1.28]]> : tensor<2x1xf32>
  %b = arith.constant dense<0.5> : tensor<1xf32>
  %init = tensor.empty() : tensor<1x1xf32>
  %0 = nibble.observe %x "x" statistics #x : tensor<1x2xf32> -> tensor<1x2xf32>
  %y = nibble.contract ins(%0, %w : tensor<1x2xf32>, tensor<2x1xf32>) bias(%b : tensor<1xf32>)
         outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {calibrator = "min-max", filter = #s8, input = #u8}} -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
