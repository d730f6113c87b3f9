// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-convert-tosa-to-nibble))' | FileCheck %s
// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-convert-tosa-to-nibble))' --remark-format=emitRemark --remarks-filter='nibble.*' -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// CHECK-LABEL: @conv
// CHECK-SAME: %[[X:.*]]: tensor<1x4x4x2xi8>
// CHECK-DAG: %[[W:.*]] = linalg.transpose {{.*}} permutation = [1, 2, 3, 0]
// CHECK-DAG: %[[B:.*]] = arith.constant dense<[1, 2, 3]> : tensor<3xi32>
// CHECK-DAG: %[[M:.*]] = arith.constant dense<[1073741824, 1500000000, 1717986918]> : tensor<3xi32>
// CHECK-DAG: %[[S:.*]] = arith.constant dense<[33, 34, 31]> : tensor<3xi8>
// CHECK-DAG: %[[Z:.*]] = arith.constant -5 : i32
// CHECK: %[[Y:.*]] = nibble.conv ins(%[[X]], %[[W]] : tensor<1x4x4x2xi8>, tensor<3x3x2x3xi8>) bias(%[[B]] : tensor<3xi32>) input_zero_point(%[[Z]]) with(%[[M]], %[[S]] : tensor<3xi32>, tensor<3xi8>)
// CHECK-SAME: filterScheme = #nibble.scheme<s8>, inputScheme = #nibble.scheme<s8, zero_point = integer>, padding = array<i64: 1, 1, 1, 1>
// CHECK: ^bb0(%{{.*}}: i32, %{{.*}}: i32, %{{.*}}: i8):
// CHECK: arith.muli
// CHECK: arith.shrsi
// CHECK: arith.constant 7 : i64
// CHECK: nibble.yield %{{.*}} : i8
// CHECK-NOT: tosa.
// CHECK: return %[[Y]]
func.func @conv(%x: tensor<1x4x4x2xi8>) -> tensor<1x4x4x3xi8> {
  %w = "tosa.const"() {values = dense<1> : tensor<3x3x3x2xi8>} : () -> tensor<3x3x3x2xi8>
  %b = "tosa.const"() {values = dense<[1, 2, 3]> : tensor<3xi32>} : () -> tensor<3xi32>
  %zx = "tosa.const"() {values = dense<-5> : tensor<1xi8>} : () -> tensor<1xi8>
  %zw = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %sum = tosa.conv2d %x, %w, %b, %zx, %zw {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x4x4x2xi8>, tensor<3x3x3x2xi8>, tensor<3xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x4x3xi32>
  %m = "tosa.const"() {values = dense<[1073741824, 1500000000, 1717986918]> : tensor<3xi32>} : () -> tensor<3xi32>
  %s = "tosa.const"() {values = dense<[33, 34, 31]> : tensor<3xi8>} : () -> tensor<3xi8>
  %zi = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %zo = "tosa.const"() {values = dense<7> : tensor<1xi8>} : () -> tensor<1xi8>
  %y = tosa.rescale %sum, %m, %s, %zi, %zo {input_unsigned = false, output_unsigned = false, per_channel = true, rounding_mode = SINGLE_ROUND, scale32 = true} : (tensor<1x4x4x3xi32>, tensor<3xi32>, tensor<3xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x4x4x3xi8>
  return %y : tensor<1x4x4x3xi8>
}

// -----

// A sum with two readers leaves as it is; a batch of one matrix is a matrix.
// CHECK-LABEL: @sums
// CHECK: %[[SUM:.*]] = nibble.contract ins(%{{.*}}, %{{.*}} : tensor<3x5xi8>, tensor<5x2xi8>) outs(%{{.*}} : tensor<3x2xi32>)
// CHECK: %[[EXPANDED:.*]] = tensor.expand_shape %[[SUM]] {{\[\[}}0, 1], [2]] output_shape [1, 3, 2] : tensor<3x2xi32> into tensor<1x3x2xi32>
// CHECK: %[[Y:.*]] = linalg.generic {{.*}} ins(%[[EXPANDED]] : tensor<1x3x2xi32>)
// CHECK: return %[[EXPANDED]], %[[Y]]
func.func @sums(%x: tensor<1x3x5xi8>, %w: tensor<1x5x2xi8>) -> (tensor<1x3x2xi32>, tensor<1x3x2xi8>) {
  %z = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %sum = tosa.matmul %x, %w, %z, %z : (tensor<1x3x5xi8>, tensor<1x5x2xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x3x2xi32>
  %m = "tosa.const"() {values = dense<1073741824> : tensor<1xi32>} : () -> tensor<1xi32>
  %s = "tosa.const"() {values = dense<33> : tensor<1xi8>} : () -> tensor<1xi8>
  %zi = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %y = tosa.rescale %sum, %m, %s, %zi, %z {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = SINGLE_ROUND, scale32 = true} : (tensor<1x3x2xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x3x2xi8>
  return %sum, %y : tensor<1x3x2xi32>, tensor<1x3x2xi8>
}

// -----

// What is left is said.
// CHECK-LABEL: @left
// CHECK: tosa.matmul
// CHECK: tosa.matmul
// CHECK: tosa.matmul
// CHECK: tosa.conv2d
// CHECK: tosa.conv2d
// CHECK: tosa.rescale
// CHECK: tosa.scatter
// REMARK: remark: {{.*}}[Missed] tosa | Category:nibble-convert | Reason="its shapes are not known", Remark="'tosa.matmul' is left"
// REMARK: Reason="nothing rescales its sums of 48 bits", Remark="'tosa.matmul' is left"
// REMARK: Reason="its zero points are not constant", Remark="'tosa.matmul' is left"
// REMARK: Reason="its bias is not constant", Remark="'tosa.conv2d' is left"
// REMARK: Reason="its operands are not codes of 8 or 16 bits with sums of 32 or 48", Remark="'tosa.conv2d' is left"
// REMARK: Reason="it has unsigned types; expected signless ones", Remark="'tosa.rescale' is left"
// REMARK: Reason="no pattern takes it", Remark="'tosa.scatter' is left"
func.func @left(%d: tensor<1x?x5xi8>, %w: tensor<1x5x2xi8>, %a: tensor<1x3x5xi16>, %b: tensor<1x5x2xi16>, %x: tensor<1x3x5xi8>,
                %z: tensor<1xi8>, %image: tensor<1x2x2x2xi8>, %bias: tensor<3xi32>, %f: tensor<3x1x1x2xi8>, %u: tensor<4xui8>,
                %values: tensor<1x4x4xf32>, %rows: tensor<1x2xi32>, %real: tensor<1x2x4xf32>) {
  %z8 = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %zu = "tosa.const"() {values = dense<0> : tensor<1xui8>} : () -> tensor<1xui8>
  %z16 = "tosa.const"() {values = dense<0> : tensor<1xi16>} : () -> tensor<1xi16>
  %0 = tosa.matmul %d, %w, %z8, %z8 : (tensor<1x?x5xi8>, tensor<1x5x2xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x?x2xi32>
  %1 = tosa.matmul %a, %b, %z16, %z16 : (tensor<1x3x5xi16>, tensor<1x5x2xi16>, tensor<1xi16>, tensor<1xi16>) -> tensor<1x3x2xi48>
  %2 = tosa.matmul %x, %w, %z, %z8 : (tensor<1x3x5xi8>, tensor<1x5x2xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x3x2xi32>
  %3 = tosa.conv2d %image, %f, %bias, %z8, %z8 {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x2x2x2xi8>, tensor<3x1x1x2xi8>, tensor<3xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x2x2x3xi32>
  %i4 = "tosa.const"() {values = dense<1> : tensor<3x1x1x2xi4>} : () -> tensor<3x1x1x2xi4>
  %zi4 = "tosa.const"() {values = dense<0> : tensor<1xi4>} : () -> tensor<1xi4>
  %4 = tosa.conv2d %image, %i4, %bias, %z8, %zi4 {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x2x2x2xi8>, tensor<3x1x1x2xi4>, tensor<3xi32>, tensor<1xi8>, tensor<1xi4>) -> tensor<1x2x2x3xi32>
  %m = "tosa.const"() {values = dense<1073741824> : tensor<1xi32>} : () -> tensor<1xi32>
  %s = "tosa.const"() {values = dense<30> : tensor<1xi8>} : () -> tensor<1xi8>
  %5 = tosa.rescale %u, %m, %s, %zu, %z8 {input_unsigned = true, output_unsigned = false, per_channel = false, rounding_mode = SINGLE_ROUND, scale32 = true} : (tensor<4xui8>, tensor<1xi32>, tensor<1xi8>, tensor<1xui8>, tensor<1xi8>) -> tensor<4xi8>
  %6 = tosa.scatter %values, %rows, %real : (tensor<1x4x4xf32>, tensor<1x2xi32>, tensor<1x2x4xf32>) -> tensor<1x4x4xf32>
  return
}
