// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-fuse-reductions,canonicalize))' | FileCheck %s

// Four zero points of 10 are what the sum starts from.
// CHECK-LABEL: @sum
// CHECK-SAME: %[[Q:.*]]: tensor<4x8xi8>
// CHECK-DAG: %[[START:.*]] = arith.constant -40 : i32
// CHECK: %[[FILL:.*]] = linalg.fill ins(%[[START]] : i32)
// CHECK: %[[CODES:.*]] = linalg.generic {{.*}}["reduction", "parallel"]} ins(%[[Q]] : tensor<4x8xi8>) outs(%[[FILL]] : tensor<8xi32>)
// CHECK: arith.extui
// CHECK: arith.addi
// CHECK: %[[SUM:.*]] = linalg.generic {{.*}} ins(%[[CODES]] : tensor<8xi32>) outs(%{{.*}} : tensor<8xf32>)
// CHECK: arith.sitofp
// CHECK: arith.mulf
// CHECK: return %[[SUM]]
func.func @sum(%q: tensor<4x8xi8>) -> tensor<8xf32> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %z = arith.constant dense<10> : tensor<i32>
  %x = nibble.dequantize %q scale(%s : tensor<f32>) zero_point(%z : tensor<i32>) as <u8, zero_point = integer>
         : tensor<4x8xi8> -> tensor<4x8xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<8xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<8xf32>) -> tensor<8xf32>
  %sum = linalg.reduce ins(%x : tensor<4x8xf32>) outs(%init : tensor<8xf32>) dimensions = [0]
    (%in: f32, %out: f32) {
      %a = arith.addf %in, %out : f32
      linalg.yield %a : f32
    }
  return %sum : tensor<8xf32>
}

// -----

#id = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>

// The average of a window: 0.5 / (4 * 0.25) is applied in two steps, as the elementwise op says; no float tensor is left.
// CHECK-LABEL: @average_pool
// CHECK: linalg.generic {{.*}}["parallel", "parallel", "parallel", "reduction", "reduction", "parallel"]} ins(%{{.*}}, %{{.*}} : tensor<1x4x4x8xi8>, tensor<2x2xi8>) outs(%{{.*}} : tensor<1x2x2x8xi32>)
// CHECK: linalg.generic {{.*}} ins(%{{.*}} : tensor<1x2x2x8xi32>) outs(%{{.*}} : tensor<1x2x2x8xi8>)
// CHECK-NOT: xf32>
func.func @average_pool(%q: tensor<1x4x4x8xi8>) -> tensor<1x2x2x8xi8> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %t = arith.constant dense<0.25> : tensor<f32>
  %x = nibble.dequantize %q scale(%s : tensor<f32>) as <s8 narrow> : tensor<1x4x4x8xi8> -> tensor<1x4x4x8xf32>
  %zero = arith.constant 0.0 : f32
  %quarter = arith.constant 0.25 : f32
  %window = tensor.empty() : tensor<2x2xf32>
  %empty = tensor.empty() : tensor<1x2x2x8xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x2x2x8xf32>) -> tensor<1x2x2x8xf32>
  %sum = linalg.pooling_nhwc_sum {strides = dense<2> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>}
           ins(%x, %window : tensor<1x4x4x8xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2x2x8xf32>)
           -> tensor<1x2x2x8xf32>
  %avg = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
         ins(%sum : tensor<1x2x2x8xf32>) outs(%empty : tensor<1x2x2x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %a = arith.mulf %in, %quarter : f32
    linalg.yield %a : f32
  } -> tensor<1x2x2x8xf32>
  %r = nibble.quantize %avg scale(%t : tensor<f32>) as <s8 narrow> : tensor<1x2x2x8xf32> -> tensor<1x2x2x8xi8>
  return %r : tensor<1x2x2x8xi8>
}

// -----

// A sum that starts from something else stays.
// CHECK-LABEL: @other_start
// CHECK: nibble.dequantize
// CHECK: linalg.reduce
func.func @other_start(%q: tensor<4x8xi8>, %init: tensor<8xf32>) -> tensor<8xf32> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %x = nibble.dequantize %q scale(%s : tensor<f32>) as <s8 narrow> : tensor<4x8xi8> -> tensor<4x8xf32>
  %sum = linalg.reduce ins(%x : tensor<4x8xf32>) outs(%init : tensor<8xf32>) dimensions = [0]
    (%in: f32, %out: f32) {
      %a = arith.addf %in, %out : f32
      linalg.yield %a : f32
    }
  return %sum : tensor<8xf32>
}
