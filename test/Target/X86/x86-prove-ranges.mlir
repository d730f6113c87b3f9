// RUN: %nibble_opt %s --nibble-x86-prove-ranges | FileCheck %s

// 2^31 times a quarter is at most 2^29.
// CHECK-LABEL: @multiplier
// CHECK: nibble.contract
// CHECK-SAME: nibble.fits_i32
func.func @multiplier(%x: tensor<8x4xi8>, %w: tensor<4x2xi8>, %init: tensor<8x2xi8>) -> tensor<8x2xi8> {
  %m = arith.constant dense<[0.25, 0.001]> : tensor<2xf32>
  %low = arith.constant 0.0 : f32
  %high = arith.constant 255.0 : f32
  %y = nibble.contract ins(%x, %w : tensor<8x4xi8>, tensor<4x2xi8>) with(%m : tensor<2xf32>) outs(%init : tensor<8x2xi8>)
    {inputScheme = #nibble.scheme<u8>, filterScheme = #nibble.scheme<s8>} epilogue {
  ^bb0(%acc: i32, %scale: f32):
    %real = arith.sitofp %acc : i32 to f32
    %scaled = arith.mulf %real, %scale : f32
    %atLeast = arith.maximumf %scaled, %low : f32
    %clamped = arith.minimumf %atLeast, %high : f32
    %rounded = math.roundeven %clamped : f32
    %integer = arith.fptosi %rounded : f32 to i32
    %code = arith.trunci %integer : i32 to i8
    nibble.yield %code : i8
  } -> tensor<8x2xi8>
  return %y : tensor<8x2xi8>
}

// A residual of codes adds at most 255 times its factor.
// CHECK-LABEL: @residual
// CHECK: nibble.contract
// CHECK-SAME: nibble.fits_i32
// CHECK: return
func.func @residual(%x: tensor<8x4xi8>, %w: tensor<4x2xi8>, %r: tensor<8x2xi8>, %v: tensor<2xf32>, %init: tensor<8x2xi8>) -> tensor<8x2xi8> {
  %m = arith.constant dense<[0.25, 0.001]> : tensor<2xf32>
  %low = arith.constant -5.0 : f32
  %high = arith.constant 250.0 : f32
  %y = nibble.contract ins(%x, %w : tensor<8x4xi8>, tensor<4x2xi8>) with(%m, %r, %v : tensor<2xf32>, tensor<8x2xi8>, tensor<2xf32>) outs(%init : tensor<8x2xi8>)
    {inputScheme = #nibble.scheme<u8>, filterScheme = #nibble.scheme<s8>} epilogue {
  ^bb0(%acc: i32, %scale: f32, %other: i8, %unknown: f32):
    %real = arith.sitofp %acc : i32 to f32
    %scaled = arith.mulf %real, %scale : f32
    %wide = arith.extui %other : i8 to i32
    %residual = arith.sitofp %wide : i32 to f32
    %factor = arith.constant 3.0 : f32
    %share = arith.mulf %residual, %factor : f32
    %sum = arith.addf %scaled, %share : f32
    %atMost = arith.minimumf %sum, %high : f32
    %clamped = arith.maximumf %atMost, %low : f32
    %rounded = math.roundeven %clamped : f32
    %integer = arith.fptosi %rounded : f32 to i32
    %five = arith.constant 5 : i32
    %shifted = arith.addi %integer, %five : i32
    %code = arith.trunci %shifted : i32 to i8
    nibble.yield %code : i8
  } -> tensor<8x2xi8>
  return %y : tensor<8x2xi8>
}

// The other end of the interval: both ends count.
// CHECK-LABEL: @difference
// CHECK: nibble.contract
// CHECK-SAME: nibble.fits_i32
// CHECK: return
func.func @difference(%x: tensor<8x4xi8>, %w: tensor<4x2xi8>, %r: tensor<8x2xi8>, %v: tensor<2xf32>, %init: tensor<8x2xi8>) -> tensor<8x2xi8> {
  %m = arith.constant dense<[-0.25, 0.001]> : tensor<2xf32>
  %low = arith.constant -5.0 : f32
  %high = arith.constant 250.0 : f32
  %y = nibble.contract ins(%x, %w : tensor<8x4xi8>, tensor<4x2xi8>) with(%m, %r, %v : tensor<2xf32>, tensor<8x2xi8>, tensor<2xf32>) outs(%init : tensor<8x2xi8>)
    {inputScheme = #nibble.scheme<u8>, filterScheme = #nibble.scheme<s8>} epilogue {
  ^bb0(%acc: i32, %scale: f32, %other: i8, %unknown: f32):
    %real = arith.sitofp %acc : i32 to f32
    %scaled = arith.mulf %real, %scale : f32
    %wide = arith.extui %other : i8 to i32
    %residual = arith.sitofp %wide : i32 to f32
    %factor = arith.constant 3.0 : f32
    %share = arith.mulf %residual, %factor : f32
    %sum = arith.subf %scaled, %share : f32
    %atMost = arith.minimumf %sum, %high : f32
    %clamped = arith.maximumf %atMost, %low : f32
    %rounded = math.roundeven %clamped : f32
    %integer = arith.fptosi %rounded : f32 to i32
    %five = arith.constant 5 : i32
    %shifted = arith.addi %integer, %five : i32
    %code = arith.trunci %shifted : i32 to i8
    nibble.yield %code : i8
  } -> tensor<8x2xi8>
  return %y : tensor<8x2xi8>
}

// The multiplier is too large.
// CHECK-LABEL: @large_multiplier
// CHECK: nibble.contract
// CHECK-NOT: nibble.fits_i32
// CHECK: return
func.func @large_multiplier(%x: tensor<8x4xi8>, %w: tensor<4x2xi8>, %r: tensor<8x2xi8>, %v: tensor<2xf32>, %init: tensor<8x2xi8>) -> tensor<8x2xi8> {
  %m = arith.constant dense<[1.0, 0.001]> : tensor<2xf32>
  %low = arith.constant -5.0 : f32
  %high = arith.constant 250.0 : f32
  %y = nibble.contract ins(%x, %w : tensor<8x4xi8>, tensor<4x2xi8>) with(%m, %r, %v : tensor<2xf32>, tensor<8x2xi8>, tensor<2xf32>) outs(%init : tensor<8x2xi8>)
    {inputScheme = #nibble.scheme<u8>, filterScheme = #nibble.scheme<s8>} epilogue {
  ^bb0(%acc: i32, %scale: f32, %other: i8, %unknown: f32):
    %real = arith.sitofp %acc : i32 to f32
    %scaled = arith.mulf %real, %scale : f32
    %wide = arith.extui %other : i8 to i32
    %residual = arith.sitofp %wide : i32 to f32
    %factor = arith.constant 3.0 : f32
    %share = arith.mulf %residual, %factor : f32
    %sum = arith.addf %scaled, %share : f32
    %atMost = arith.minimumf %sum, %high : f32
    %clamped = arith.maximumf %atMost, %low : f32
    %rounded = math.roundeven %clamped : f32
    %integer = arith.fptosi %rounded : f32 to i32
    %five = arith.constant 5 : i32
    %shifted = arith.addi %integer, %five : i32
    %code = arith.trunci %shifted : i32 to i8
    nibble.yield %code : i8
  } -> tensor<8x2xi8>
  return %y : tensor<8x2xi8>
}

// So is the factor of the residual.
// CHECK-LABEL: @large_factor
// CHECK: nibble.contract
// CHECK-NOT: nibble.fits_i32
// CHECK: return
func.func @large_factor(%x: tensor<8x4xi8>, %w: tensor<4x2xi8>, %r: tensor<8x2xi8>, %v: tensor<2xf32>, %init: tensor<8x2xi8>) -> tensor<8x2xi8> {
  %m = arith.constant dense<[0.25, 0.001]> : tensor<2xf32>
  %low = arith.constant -5.0 : f32
  %high = arith.constant 250.0 : f32
  %y = nibble.contract ins(%x, %w : tensor<8x4xi8>, tensor<4x2xi8>) with(%m, %r, %v : tensor<2xf32>, tensor<8x2xi8>, tensor<2xf32>) outs(%init : tensor<8x2xi8>)
    {inputScheme = #nibble.scheme<u8>, filterScheme = #nibble.scheme<s8>} epilogue {
  ^bb0(%acc: i32, %scale: f32, %other: i8, %unknown: f32):
    %real = arith.sitofp %acc : i32 to f32
    %scaled = arith.mulf %real, %scale : f32
    %wide = arith.extui %other : i8 to i32
    %residual = arith.sitofp %wide : i32 to f32
    %factor = arith.constant 1.0e8 : f32
    %share = arith.mulf %residual, %factor : f32
    %sum = arith.addf %scaled, %share : f32
    %atMost = arith.minimumf %sum, %high : f32
    %clamped = arith.maximumf %atMost, %low : f32
    %rounded = math.roundeven %clamped : f32
    %integer = arith.fptosi %rounded : f32 to i32
    %five = arith.constant 5 : i32
    %shifted = arith.addi %integer, %five : i32
    %code = arith.trunci %shifted : i32 to i8
    nibble.yield %code : i8
  } -> tensor<8x2xi8>
  return %y : tensor<8x2xi8>
}

// An operand that is known at run time only.
// CHECK-LABEL: @unknown
// CHECK: nibble.contract
// CHECK-NOT: nibble.fits_i32
// CHECK: return
func.func @unknown(%x: tensor<8x4xi8>, %w: tensor<4x2xi8>, %r: tensor<8x2xi8>, %v: tensor<2xf32>, %init: tensor<8x2xi8>) -> tensor<8x2xi8> {
  %m = arith.constant dense<[0.25, 0.001]> : tensor<2xf32>
  %low = arith.constant -5.0 : f32
  %high = arith.constant 250.0 : f32
  %y = nibble.contract ins(%x, %w : tensor<8x4xi8>, tensor<4x2xi8>) with(%m, %r, %v : tensor<2xf32>, tensor<8x2xi8>, tensor<2xf32>) outs(%init : tensor<8x2xi8>)
    {inputScheme = #nibble.scheme<u8>, filterScheme = #nibble.scheme<s8>} epilogue {
  ^bb0(%acc: i32, %scale: f32, %other: i8, %unknown: f32):
    %real = arith.sitofp %acc : i32 to f32
    %scaled = arith.mulf %real, %scale : f32
    %wide = arith.extui %other : i8 to i32
    %residual = arith.sitofp %wide : i32 to f32
    %factor = arith.constant 3.0 : f32
    %share = arith.mulf %residual, %factor : f32
    %sum = arith.addf %scaled, %unknown : f32
    %atMost = arith.minimumf %sum, %high : f32
    %clamped = arith.maximumf %atMost, %low : f32
    %rounded = math.roundeven %clamped : f32
    %integer = arith.fptosi %rounded : f32 to i32
    %five = arith.constant 5 : i32
    %shifted = arith.addi %integer, %five : i32
    %code = arith.trunci %shifted : i32 to i8
    nibble.yield %code : i8
  } -> tensor<8x2xi8>
  return %y : tensor<8x2xi8>
}

// A multiplier that is no number.
// CHECK-LABEL: @infinite
// CHECK: nibble.contract
// CHECK-NOT: nibble.fits_i32
// CHECK: return
func.func @infinite(%x: tensor<8x4xi8>, %w: tensor<4x2xi8>, %r: tensor<8x2xi8>, %v: tensor<2xf32>, %init: tensor<8x2xi8>) -> tensor<8x2xi8> {
  %m = arith.constant dense<[0x7F800000, 0.001]> : tensor<2xf32>
  %low = arith.constant -5.0 : f32
  %high = arith.constant 250.0 : f32
  %y = nibble.contract ins(%x, %w : tensor<8x4xi8>, tensor<4x2xi8>) with(%m, %r, %v : tensor<2xf32>, tensor<8x2xi8>, tensor<2xf32>) outs(%init : tensor<8x2xi8>)
    {inputScheme = #nibble.scheme<u8>, filterScheme = #nibble.scheme<s8>} epilogue {
  ^bb0(%acc: i32, %scale: f32, %other: i8, %unknown: f32):
    %real = arith.sitofp %acc : i32 to f32
    %scaled = arith.mulf %real, %scale : f32
    %wide = arith.extui %other : i8 to i32
    %residual = arith.sitofp %wide : i32 to f32
    %factor = arith.constant 3.0 : f32
    %share = arith.mulf %residual, %factor : f32
    %sum = arith.addf %scaled, %share : f32
    %atMost = arith.minimumf %sum, %high : f32
    %clamped = arith.maximumf %atMost, %low : f32
    %rounded = math.roundeven %clamped : f32
    %integer = arith.fptosi %rounded : f32 to i32
    %five = arith.constant 5 : i32
    %shifted = arith.addi %integer, %five : i32
    %code = arith.trunci %shifted : i32 to i8
    nibble.yield %code : i8
  } -> tensor<8x2xi8>
  return %y : tensor<8x2xi8>
}
