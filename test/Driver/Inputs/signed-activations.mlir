// Signed codes: a convolution with padding makes some for a second one alone, which makes some for the caller and for two products, one with a
// constant and one with a filter that is an input. The filters are all the same code, which shows wrong zero points, not wrong places.
module attributes {nibble.model = "signed", nibble.phase = "fuse"} {
  func.func @main(%x: tensor<1x9x9x64xi8> {nibble.name = "x"}, %w: tensor<67x33xi8> {nibble.name = "w"})
      -> (tensor<1x9x9x67xi8> {nibble.name = "codes"}, tensor<81x33xi32> {nibble.name = "constant"},
          tensor<81x33xi32> {nibble.name = "given"}) {
    %first = arith.constant dense<3> : tensor<3x3x64x64xi8>
    %second = arith.constant dense<-2> : tensor<1x1x64x67xi8>
    %third = arith.constant dense<5> : tensor<67x33xi8>
    %zero = arith.constant -9 : i32
    %init1 = tensor.empty() : tensor<1x9x9x64xi8>
    %init2 = tensor.empty() : tensor<1x9x9x67xi8>
    %init3 = tensor.empty() : tensor<81x33xi32>
    %a = nibble.conv ins(%x, %first : tensor<1x9x9x64xi8>, tensor<3x3x64x64xi8>) outs(%init1 : tensor<1x9x9x64xi8>)
           {padding = array<i64: 1, 1, 1, 1>, inputScheme = #nibble.scheme<s8>, filterScheme = #nibble.scheme<s8>} epilogue {
           ^bb0(%acc: i32):
             %low = arith.constant -119.0 : f32
             %high = arith.constant 136.0 : f32
             %offset = arith.constant -9 : i32
             %factor = arith.constant 0.01 : f32
             %real = arith.sitofp %acc : i32 to f32
             %scaled = arith.mulf %real, %factor : f32
             %above = arith.maximumf %scaled, %low : f32
             %clamped = arith.minimumf %above, %high : f32
             %rounded = math.roundeven %clamped : f32
             %integer = arith.fptosi %rounded : f32 to i32
             %sum = arith.addi %integer, %offset : i32
             %code = arith.trunci %sum : i32 to i8
             nibble.yield %code : i8
           } -> tensor<1x9x9x64xi8>
    %b = nibble.conv ins(%a, %second : tensor<1x9x9x64xi8>, tensor<1x1x64x67xi8>) input_zero_point(%zero) outs(%init2 : tensor<1x9x9x67xi8>)
           {inputScheme = #nibble.scheme<s8, zero_point = integer>, filterScheme = #nibble.scheme<s8>} epilogue {
           ^bb0(%acc: i32):
             %low = arith.constant -127.0 : f32
             %high = arith.constant 127.0 : f32
             %factor = arith.constant 0.05 : f32
             %real = arith.sitofp %acc : i32 to f32
             %scaled = arith.mulf %real, %factor : f32
             %above = arith.maximumf %scaled, %low : f32
             %clamped = arith.minimumf %above, %high : f32
             %rounded = math.roundeven %clamped : f32
             %integer = arith.fptosi %rounded : f32 to i32
             %code = arith.trunci %integer : i32 to i8
             nibble.yield %code : i8
           } -> tensor<1x9x9x67xi8>
    %rows = tensor.collapse_shape %b [[0, 1, 2], [3]] : tensor<1x9x9x67xi8> into tensor<81x67xi8>
    %c = nibble.contract ins(%rows, %third : tensor<81x67xi8>, tensor<67x33xi8>) outs(%init3 : tensor<81x33xi32>)
           {inputScheme = #nibble.scheme<s8>, filterScheme = #nibble.scheme<s8>} -> tensor<81x33xi32>
    %d = nibble.contract ins(%rows, %w : tensor<81x67xi8>, tensor<67x33xi8>) outs(%init3 : tensor<81x33xi32>)
           {inputScheme = #nibble.scheme<s8>, filterScheme = #nibble.scheme<s8>} -> tensor<81x33xi32>
    return %b, %c, %d : tensor<1x9x9x67xi8>, tensor<81x33xi32>, tensor<81x33xi32>
  }
}
