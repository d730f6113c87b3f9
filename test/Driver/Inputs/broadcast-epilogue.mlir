// Epilogue operands with sizes of 1, of products of floats and of codes, for tiles of several columns and for depthwise convolutions.
module attributes {nibble.model = "broadcast", nibble.phase = "fuse"} {
  func.func @main(%x: tensor<2x3x13x20xf32> {nibble.name = "x"}, %w: tensor<2x3x20x70xf32> {nibble.name = "w"},
                  %codes: tensor<2x3x13x20xi8> {nibble.name = "codes"}, %rows: tensor<2x3x13x1xf32> {nibble.name = "rows"},
                  %mask: tensor<2x1x1x70xf32> {nibble.name = "mask"})
      -> (tensor<2x3x13x70xf32> {nibble.name = "floats"}, tensor<2x3x13x70xf32> {nibble.name = "sums"},
          tensor<2x3x13x20xf32> {nibble.name = "depthwise"}) {
    %init = tensor.empty() : tensor<2x3x13x70xf32>
    %a = nibble.contract ins(%x, %w : tensor<2x3x13x20xf32>, tensor<2x3x20x70xf32>)
           with(%rows, %mask : tensor<2x3x13x1xf32>, tensor<2x1x1x70xf32>) outs(%init : tensor<2x3x13x70xf32>)
           epilogue {
           ^bb0(%acc: f32, %row: f32, %m: f32):
             %p = arith.mulf %acc, %row : f32
             %y = arith.addf %p, %m : f32
             nibble.yield %y : f32
           } -> tensor<2x3x13x70xf32>
    %filter = arith.constant dense<3> : tensor<20x70xi8>
    %b = nibble.contract ins(%codes, %filter : tensor<2x3x13x20xi8>, tensor<20x70xi8>)
           with(%rows, %mask : tensor<2x3x13x1xf32>, tensor<2x1x1x70xf32>) outs(%init : tensor<2x3x13x70xf32>)
           {inputScheme = #nibble.scheme<s8 narrow>, filterScheme = #nibble.scheme<s8 narrow>}
           epilogue {
           ^bb0(%acc: i32, %row: f32, %m: f32):
             %f = arith.sitofp %acc : i32 to f32
             %p = arith.mulf %f, %row : f32
             %y = arith.addf %p, %m : f32
             nibble.yield %y : f32
           } -> tensor<2x3x13x70xf32>
    %taps = arith.constant dense<5> : tensor<1x1x1x20xi8>
    %small = tensor.empty() : tensor<2x3x13x20xf32>
    %c = nibble.conv ins(%codes, %taps : tensor<2x3x13x20xi8>, tensor<1x1x1x20xi8>) with(%rows : tensor<2x3x13x1xf32>)
           outs(%small : tensor<2x3x13x20xf32>)
           {groups = 20 : i64, inputScheme = #nibble.scheme<s8 narrow>, filterScheme = #nibble.scheme<s8 narrow>}
           epilogue {
           ^bb0(%acc: i32, %row: f32):
             %f = arith.sitofp %acc : i32 to f32
             %p = arith.mulf %f, %row : f32
             nibble.yield %p : f32
           } -> tensor<2x3x13x20xf32>
    return %a, %b, %c : tensor<2x3x13x70xf32>, tensor<2x3x13x70xf32>, tensor<2x3x13x20xf32>
  }
}
