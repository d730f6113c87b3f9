// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-quantize,nibble-sink-dequantize,nibble-fuse-contractions,nibble-fuse-reductions))' --remark-format=emitRemark --remarks-filter='nibble.*' -o /dev/null 2>&1 | FileCheck %s

// What is not computed in integers says so, with the rule and what it costs.

#u8 = #nibble.scheme<u8, zero_point = integer>
#s8 = #nibble.scheme<s8 narrow, block = [0, 1]>

// CHECK: remark: {{.*}}[Missed] float | Category:nibble-quantize |
// CHECK-SAME: Products=24, Reason="there are no statistics of its input", Remark="'fc' stays float"
func.func @contraction(%x: tensor<4x2xf32>, %w: tensor<2x3xf32>) -> tensor<4x3xf32> {
  %init = tensor.empty() : tensor<4x3xf32>
  %y = nibble.contract ins(%x, %w : tensor<4x2xf32>, tensor<2x3xf32>) outs(%init : tensor<4x3xf32>)
         {nibble.schemes = {calibrator = "min-max", filter = #s8, input = #u8}} -> tensor<4x3xf32> loc("fc")
  return %y : tensor<4x3xf32>
}

// -----

#u8 = #nibble.scheme<u8, zero_point = integer>
#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d0, d2)>

// CHECK: remark: {{.*}}[Missed] sums-apart | Category:nibble-fuse |
// CHECK-SAME: Bytes=16, Reason="a reduction has no epilogue; nibble-localize-reductions computes both tile by tile", Remark="'pool' is a tensor of sums in i32 and an op that reads it"
func.func @sum(%q: tensor<1x8x4xi8>) -> tensor<1x4xf32> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %z = arith.constant dense<3> : tensor<i32>
  %x = nibble.dequantize %q scale(%s : tensor<f32>) zero_point(%z : tensor<i32>) as <u8, zero_point = integer>
         : tensor<1x8x4xi8> -> tensor<1x8x4xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x4xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x4xf32>) -> tensor<1x4xf32>
  %y = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "reduction", "parallel"]}
         ins(%x : tensor<1x8x4xf32>) outs(%init : tensor<1x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %sum = arith.addf %in, %out : f32
    linalg.yield %sum : f32
  } -> tensor<1x4xf32> loc("pool")
  return %y : tensor<1x4xf32>
}
