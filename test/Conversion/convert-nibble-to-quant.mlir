// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-convert-nibble-to-quant))' | FileCheck %s
// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-convert-nibble-to-quant))' --remark-format=emitRemark --remarks-filter='nibble.*' -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-convert-nibble-to-quant),nibble-convert-quant-to-nibble)' | FileCheck %s --check-prefix=BACK

// CHECK-LABEL: @quantize
// CHECK-SAME: %[[X:.*]]: tensor<8xf32>
// CHECK: %[[Q:.*]] = quant.qcast %[[X]] : tensor<8xf32> to tensor<8x!quant.uniform<u8:f32, 5.000000e-01:10>>
// CHECK: %[[C:.*]] = quant.scast %[[Q]] : tensor<8x!quant.uniform<u8:f32, 5.000000e-01:10>> to tensor<8xi8>
// CHECK: return %[[C]]
// BACK-LABEL: @quantize
// BACK: nibble.quantize %{{.*}} as <u8, zero_point = integer> : tensor<8xf32> -> tensor<8xi8>
func.func @quantize(%x: tensor<8xf32>) -> tensor<8xi8> {
  %half = arith.constant dense<0.5> : tensor<f32>
  %ten = arith.constant dense<10> : tensor<i32>
  %q = nibble.quantize %x scale(%half : tensor<f32>) zero_point(%ten : tensor<i32>) as <u8, zero_point = integer>
         : tensor<8xf32> -> tensor<8xi8>
  return %q : tensor<8xi8>
}

// -----

// Upstream prints zero points of blocks as signed numbers: -56 is 200.
// CHECK-LABEL: @dequantize
// CHECK: quant.scast %{{.*}} : tensor<2x3xi8> to tensor<2x3x!quant.uniform<i8<-127:127>:f16:1, {5.000000e-01,2.500000e-01,1.000000e+00}>>
// CHECK: quant.dcast %{{.*}} to tensor<2x3xf16>
// CHECK: quant.scast %{{.*}} : tensor<2x6xi8> to tensor<2x6x!quant.uniform<u8:f32:{0:1, 1:2}, {{[{][{]}}2.000000e+00:10, 3.000000e+00:20, 3.500000e+00:30}, {4.000000e+00:40, 5.000000e+00:50, 5.500000e+00:-56}}>>
// CHECK: quant.scast %{{.*}} : tensor<4xi16> to tensor<4x!quant.uniform<i16<-2048:2047>:f32, 1.000000e+00>>
// BACK-LABEL: @dequantize
// BACK-DAG: dense<{{\[\[}}2.000000e+00, 3.000000e+00, 3.500000e+00], [4.000000e+00, 5.000000e+00, 5.500000e+00]]> : tensor<2x3xf32>
// BACK-DAG: dense<{{\[\[}}10, 20, 30], [40, 50, 200]]> : tensor<2x3xi32>
// BACK-DAG: as <s8 narrow, block = [0, 1]> : tensor<2x3xi8> -> tensor<2x3xf16>
// BACK-DAG: as <u8, block = [1, 2], zero_point = integer> : tensor<2x6xi8> -> tensor<2x6xf32>
// BACK-DAG: as <s12> : tensor<4xi16> -> tensor<4xf32>
func.func @dequantize(%a: tensor<2x3xi8>, %b: tensor<2x6xi8>, %c: tensor<4xi16>) -> (tensor<2x3xf16>, tensor<2x6xf32>, tensor<4xf32>) {
  %columns = arith.constant dense<[[0.5, 0.25, 1.0]]> : tensor<1x3xf32>
  %pairs = arith.constant dense<[[2.0, 3.0, 3.5], [4.0, 5.0, 5.5]]> : tensor<2x3xf32>
  %zero_points = arith.constant dense<[[10, 20, 30], [40, 50, 200]]> : tensor<2x3xi32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %x = nibble.dequantize %a scale(%columns : tensor<1x3xf32>) as <s8 narrow, block = [0, 1]> : tensor<2x3xi8> -> tensor<2x3xf16>
  %y = nibble.dequantize %b scale(%pairs : tensor<2x3xf32>) zero_point(%zero_points : tensor<2x3xi32>)
         as <u8, block = [1, 2], zero_point = integer> : tensor<2x6xi8> -> tensor<2x6xf32>
  %z = nibble.dequantize %c scale(%one : tensor<f32>) as <s12> : tensor<4xi16> -> tensor<4xf32>
  return %x, %y, %z : tensor<2x3xf16>, tensor<2x6xf32>, tensor<4xf32>
}

// -----

// Fewer than 8 bits: the bytes 0x21 0x0f hold 1, 2, -1; high first 0xe4 0x40 the codes 7, 1, 1; and codes that are dequantized where they are made.
// CHECK-LABEL: @few_bits
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>
// CHECK-DAG: %[[W:.*]] = arith.constant dense<{{\[\[}}1, 2, -1]]> : tensor<1x3xi4>
// CHECK-DAG: quant.scast %[[W]] : tensor<1x3xi4> to tensor<1x3x!quant.uniform<i4:f32:0, {5.000000e-01}>>
// CHECK-DAG: %[[V:.*]] = arith.constant dense<{{\[\[}}-1, 1, 1]]> : tensor<1x3xi3>
// CHECK-DAG: quant.scast %[[V]] : tensor<1x3xi3> to tensor<1x3x!quant.uniform<u3:f32, 5.000000e-01:3>>
// CHECK: %[[Q:.*]] = quant.qcast %[[X]] : tensor<2x4xf32> to tensor<2x4x!quant.uniform<i2<-1:1>:f32:{0:1, 1:2}, {{[{][{]}}1.000000e+00, 2.000000e+00}, {3.000000e+00, 4.000000e+00}}>>
// CHECK: quant.dcast %[[Q]]
// BACK-LABEL: @few_bits
// BACK-DAG: arith.constant dense<{{\[\[}}33, 15]]> : tensor<1x2xi8>
// BACK-DAG: arith.constant dense<{{\[\[}}79, 0]]> : tensor<1x2xi8>
// BACK-DAG: nibble.dequantize %{{.*}} as <s4, block = [1, 0]> : tensor<1x2xi8> -> tensor<1x3xf32>
// BACK-DAG: nibble.dequantize %{{.*}} as <u3, zero_point = integer> : tensor<1x2xi8> -> tensor<1x3xf32>
// BACK-DAG: nibble.quantize %{{.*}} as <s2 narrow, block = [1, 2]> : tensor<2x4xf32> -> tensor<2x1xi8>
func.func @few_bits(%x: tensor<2x4xf32>) -> (tensor<1x3xf32>, tensor<1x3xf32>, tensor<2x4xf32>) {
  %row = arith.constant dense<0.5> : tensor<1x1xf32>
  %half = arith.constant dense<0.5> : tensor<f32>
  %three = arith.constant dense<3> : tensor<i32>
  %scales = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %w = arith.constant dense<[[0x21, 0x0f]]> : tensor<1x2xi8>
  %v = arith.constant dense<[[0xe4, 0x80]]> : tensor<1x2xi8>
  %0 = nibble.dequantize %w scale(%row : tensor<1x1xf32>) as <s4, block = [1, 0]> : tensor<1x2xi8> -> tensor<1x3xf32>
  %1 = nibble.dequantize %v scale(%half : tensor<f32>) zero_point(%three : tensor<i32>)
         as <u3, zero_point = integer, order = high_first> : tensor<1x2xi8> -> tensor<1x3xf32>
  %q = nibble.quantize %x scale(%scales : tensor<2x2xf32>) as <s2 narrow, block = [1, 2]> : tensor<2x4xf32> -> tensor<2x1xi8>
  %2 = nibble.dequantize %q scale(%scales : tensor<2x2xf32>) as <s2 narrow, block = [1, 2]> : tensor<2x1xi8> -> tensor<2x4xf32>
  return %0, %1, %2 : tensor<1x3xf32>, tensor<1x3xf32>, tensor<2x4xf32>
}

// -----

// Long lists come as resources.
// CHECK-LABEL: @resources
// CHECK: arith.constant dense<[1, 2, -1, -8]> : tensor<4xi4>
// CHECK: tensor<4x!quant.uniform<i4:f32:0, {1.000000e+00,2.000000e+00,3.000000e+00,4.000000e+00}>>
// BACK-LABEL: @resources
// BACK: nibble.dequantize %{{.*}} as <s4, block = [1]> : tensor<2xi8> -> tensor<4xf32>
func.func @resources() -> tensor<4xf32> {
  %scales = arith.constant dense_resource<scales> : tensor<4xf32>
  %w = arith.constant dense_resource<codes> : tensor<2xi8>
  %0 = nibble.dequantize %w scale(%scales : tensor<4xf32>) as <s4, block = [1]> : tensor<2xi8> -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

{-#
  dialect_resources: {
    builtin: {
      scales: "0x040000000000803F000000400000404000008040",
      codes: "0x01000000218F"
    }
  }
#-}

// -----

// What a type cannot hold stays.
// CHECK-LABEL: @left
// CHECK-COUNT-7: nibble.quantize
// CHECK: nibble.dequantize
// CHECK-NOT: quant.
// REMARK: remark: {{.*}}[Missed] quant-type | Category:nibble-convert |
// REMARK-SAME: Reason="its packed codes are computed at run time", Remark="'nibble.dequantize' has no quantized type"
// REMARK: remark: {{.*}}[Missed] quant-type | Category:nibble-convert |
// REMARK-SAME: Reason="its parameters are computed at run time", Remark="'nibble.quantize' has no quantized type"
// REMARK: remark: {{.*}}[Missed] quant-type | Category:nibble-convert |
// REMARK-SAME: Reason="a type holds no rounding", Remark="'nibble.quantize' has no quantized type"
// REMARK: remark: {{.*}}[Missed] quant-type | Category:nibble-convert |
// REMARK-SAME: Reason="its last block is cut off", Remark="'nibble.quantize' has no quantized type"
// REMARK: remark: {{.*}}[Missed] quant-type | Category:nibble-convert |
// REMARK-SAME: Reason="scales of blocks have the type of the real numbers", Remark="'nibble.quantize' has no quantized type"
// REMARK: remark: {{.*}}[Missed] quant-type | Category:nibble-convert |
// REMARK-SAME: Reason="its scale or zero point is outside of what a type holds", Remark="'nibble.quantize' has no quantized type"
// REMARK: remark: {{.*}}[Missed] quant-type | Category:nibble-convert |
// REMARK-SAME: Reason="its packed codes are not only dequantized", Remark="'nibble.quantize' has no quantized type"
// REMARK: remark: {{.*}}[Missed] quant-type | Category:nibble-convert |
// REMARK-SAME: Reason="a type holds integer codes that are no digits and one level of scales", Remark="'nibble.quantize' has no quantized type"
func.func @left(%x: tensor<4x4xf32>, %s: tensor<f32>, %h: tensor<4x4xf16>, %packed: tensor<4x2xi8>) -> tensor<4x2xi8> {
  %one = arith.constant dense<1.0> : tensor<f32>
  %minus = arith.constant dense<-1.0> : tensor<f32>
  %ones = arith.constant dense<1.0> : tensor<4x2xf32>
  %0 = nibble.quantize %x scale(%s : tensor<f32>) as <s8> : tensor<4x4xf32> -> tensor<4x4xi8>
  %1 = nibble.quantize %x scale(%one : tensor<f32>) as <s8, rounding = half_away_from_zero> : tensor<4x4xf32> -> tensor<4x4xi8>
  %2 = nibble.quantize %x scale(%ones : tensor<4x2xf32>) as <s8, block = [1, 3]> : tensor<4x4xf32> -> tensor<4x4xi8>
  %3 = nibble.quantize %h scale(%ones : tensor<4x2xf32>) as <s8, block = [1, 2]> : tensor<4x4xf16> -> tensor<4x4xi8>
  %4 = nibble.quantize %x scale(%minus : tensor<f32>) as <s8> : tensor<4x4xf32> -> tensor<4x4xi8>
  %5 = nibble.quantize %x scale(%one : tensor<f32>) as <s4> : tensor<4x4xf32> -> tensor<4x2xi8>
  %6 = nibble.quantize %x scale(%one : tensor<f32>) as <u2, radix = 3> : tensor<4x4xf32> -> tensor<4x1xi8>
  %7 = nibble.dequantize %packed scale(%one : tensor<f32>) as <s4> : tensor<4x2xi8> -> tensor<4x4xf32>
  return %5 : tensor<4x2xi8>
}
