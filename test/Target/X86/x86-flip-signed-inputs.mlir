// RUN: %nibble_opt %s --nibble-x86-flip-signed-inputs=cpu=avx512vnni --canonicalize | FileCheck %s
// RUN: %nibble_opt %s --nibble-x86-flip-signed-inputs=cpu=avx2 | FileCheck %s --check-prefix=AVX2

// AVX2-NOT: scheme<u8, zero_point = integer>
// AVX2-NOT: arith.xori

// CHECK-LABEL: @product
// CHECK-SAME: %[[X:.+]]: tensor<64x64xi8>, %[[W:.+]]: tensor<64x32xi8>
// CHECK-DAG: %[[SIGN:.+]] = arith.constant -128 : i8
// CHECK-DAG: %[[ZERO:.+]] = arith.constant 128 : i32
// CHECK: %[[FLIPPED:[^ ]+]] = linalg.generic {{.*}} ins(%[[X]] : tensor<64x64xi8>)
// CHECK: ^bb0(%[[CODE:[^:]+]]: i8,
// CHECK-NEXT: arith.xori %[[CODE]], %[[SIGN]] : i8
// CHECK: nibble.contract ins(%[[FLIPPED]], %[[W]] : {{.*}}) input_zero_point(%[[ZERO]])
// CHECK-SAME: inputScheme = #nibble.scheme<u8, zero_point = integer>
func.func @product(%x: tensor<64x64xi8>, %w: tensor<64x32xi8>) -> tensor<64x32xi32> {
  %init = tensor.empty() : tensor<64x32xi32>
  %y = nibble.contract ins(%x, %w : tensor<64x64xi8>, tensor<64x32xi8>) outs(%init : tensor<64x32xi32>)
    {inputScheme = #nibble.scheme<s8>, filterScheme = #nibble.scheme<s8>} -> tensor<64x32xi32>
  return %y : tensor<64x32xi32>
}

// The first product makes codes for the second alone: they are 128 larger. Zero points and blocks of parameters stay what they are.
// CHECK-LABEL: @chain
// CHECK-SAME: %[[X:[^:]+]]: tensor<64x64xi8>
// CHECK-NOT: arith.xori
// CHECK: %[[OFFSET:.+]] = arith.constant 121 : i32
// CHECK-NOT: arith.xori
// CHECK: %[[CODES:.+]] = nibble.contract ins(%[[X]],
// CHECK-SAME: inputScheme = #nibble.scheme<u8>
// CHECK: %[[INTEGER:.+]] = arith.fptosi
// CHECK-NEXT: %[[SUM:.+]] = arith.addi %[[INTEGER]], %[[OFFSET]] : i32
// CHECK-NEXT: %[[CODE:.+]] = arith.trunci %[[SUM]] : i32 to i8
// CHECK-NEXT: nibble.yield %[[CODE]] : i8
// CHECK: nibble.contract ins(%[[CODES]], {{.*}}) input_zero_point(%[[OFFSET]])
// CHECK-SAME: inputScheme = #nibble.scheme<u8, block = [1, 0], zero_point = integer>
func.func @chain(%x: tensor<64x64xi8>, %w: tensor<64x64xi8>) -> tensor<64x64xi32> {
  %bytes = tensor.empty() : tensor<64x64xi8>
  %sums = tensor.empty() : tensor<64x64xi32>
  %zero = arith.constant -7 : i32
  %y = nibble.contract ins(%x, %w : tensor<64x64xi8>, tensor<64x64xi8>) outs(%bytes : tensor<64x64xi8>)
    {inputScheme = #nibble.scheme<u8>, filterScheme = #nibble.scheme<s8>} epilogue {
  ^bb0(%acc: i32):
    %low = arith.constant -121.0 : f32
    %high = arith.constant 134.0 : f32
    %seven = arith.constant -7 : i32
    %real = arith.sitofp %acc : i32 to f32
    %above = arith.maximumf %real, %low : f32
    %clamped = arith.minimumf %above, %high : f32
    %rounded = math.roundeven %clamped : f32
    %integer = arith.fptosi %rounded : f32 to i32
    %sum = arith.addi %integer, %seven : i32
    %code = arith.trunci %sum : i32 to i8
    nibble.yield %code : i8
  } -> tensor<64x64xi8>
  %z = nibble.contract ins(%y, %w : tensor<64x64xi8>, tensor<64x64xi8>) input_zero_point(%zero) outs(%sums : tensor<64x64xi32>)
    {inputScheme = #nibble.scheme<s8, block = [1, 0], zero_point = integer>, filterScheme = #nibble.scheme<s8>} -> tensor<64x64xi32>
  return %z : tensor<64x64xi32>
}

// A value that something else reads too is flipped in a loop of its own, once for all products that read it.
// CHECK-LABEL: @shared
// CHECK: %[[CODES:.+]] = nibble.contract
// CHECK: arith.trunci
// CHECK: %[[FLIPPED:[^ ]+]] = linalg.generic {{.*}} ins(%[[CODES]] : tensor<64x64xi8>)
// CHECK: arith.xori
// CHECK-NOT: arith.xori
// CHECK: nibble.contract ins(%[[FLIPPED]],
// CHECK: nibble.contract ins(%[[FLIPPED]],
// CHECK: return %[[CODES]]
func.func @shared(%x: tensor<64x64xi8>, %w: tensor<64x64xi8>) -> (tensor<64x64xi8>, tensor<64x64xi32>, tensor<64x64xi32>) {
  %bytes = tensor.empty() : tensor<64x64xi8>
  %sums = tensor.empty() : tensor<64x64xi32>
  %y = nibble.contract ins(%x, %w : tensor<64x64xi8>, tensor<64x64xi8>) outs(%bytes : tensor<64x64xi8>)
    {inputScheme = #nibble.scheme<u8>, filterScheme = #nibble.scheme<s8>} epilogue {
  ^bb0(%acc: i32):
    %code = arith.trunci %acc : i32 to i8
    nibble.yield %code : i8
  } -> tensor<64x64xi8>
  %a = nibble.contract ins(%y, %w : tensor<64x64xi8>, tensor<64x64xi8>) outs(%sums : tensor<64x64xi32>)
    {inputScheme = #nibble.scheme<s8>, filterScheme = #nibble.scheme<s8>} -> tensor<64x64xi32>
  %b = nibble.contract ins(%y, %x : tensor<64x64xi8>, tensor<64x64xi8>) outs(%sums : tensor<64x64xi32>)
    {inputScheme = #nibble.scheme<s8>, filterScheme = #nibble.scheme<u8>} -> tensor<64x64xi32>
  return %y, %a, %b : tensor<64x64xi8>, tensor<64x64xi32>, tensor<64x64xi32>
}

// The padding of a convolution stands for zero, which is another code now.
// CHECK-LABEL: @padded
// CHECK: nibble.conv {{.*}} input_zero_point(%c128_i32)
// CHECK-SAME: padding = array<i64: 1, 1, 1, 1>
func.func @padded(%x: tensor<1x16x16x32xi8>, %w: tensor<3x3x32x16xi8>) -> tensor<1x16x16x16xi32> {
  %init = tensor.empty() : tensor<1x16x16x16xi32>
  %y = nibble.conv ins(%x, %w : tensor<1x16x16x32xi8>, tensor<3x3x32x16xi8>) outs(%init : tensor<1x16x16x16xi32>)
    {padding = array<i64: 1, 1, 1, 1>, inputScheme = #nibble.scheme<s8>, filterScheme = #nibble.scheme<s8>} -> tensor<1x16x16x16xi32>
  return %y : tensor<1x16x16x16xi32>
}

// A matrix times a vector waits for the matrix; unsigned codes and floats are as they should be.
// CHECK-LABEL: @left
// CHECK-NOT: linalg.generic
// CHECK: inputScheme = #nibble.scheme<s8>
// CHECK: inputScheme = #nibble.scheme<u8>
func.func @left(%x: tensor<1x8192xi8>, %u: tensor<64x64xi8>, %f: tensor<64x64xf32>, %w: tensor<8192x4xi8>, %v: tensor<64x4xi8>, %g: tensor<64x4xf32>)
    -> (tensor<1x4xi32>, tensor<64x4xi32>, tensor<64x4xf32>) {
  %row = tensor.empty() : tensor<1x4xi32>
  %init = tensor.empty() : tensor<64x4xi32>
  %floats = tensor.empty() : tensor<64x4xf32>
  %a = nibble.contract ins(%x, %w : tensor<1x8192xi8>, tensor<8192x4xi8>) outs(%row : tensor<1x4xi32>)
    {inputScheme = #nibble.scheme<s8>, filterScheme = #nibble.scheme<s8>} -> tensor<1x4xi32>
  %b = nibble.contract ins(%u, %v : tensor<64x64xi8>, tensor<64x4xi8>) outs(%init : tensor<64x4xi32>)
    {inputScheme = #nibble.scheme<u8>, filterScheme = #nibble.scheme<s8>} -> tensor<64x4xi32>
  %c = nibble.contract ins(%f, %g : tensor<64x64xf32>, tensor<64x4xf32>) outs(%floats : tensor<64x4xf32>) -> tensor<64x4xf32>
  return %a, %b, %c : tensor<1x4xi32>, tensor<64x4xi32>, tensor<64x4xf32>
}
