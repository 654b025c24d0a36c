namespace Platform.ModelHost.Native.Products;

/// <summary>How many vectors of 16 lanes a tile is wide: a type, so that the compiler makes a kernel of each and leaves out what it does not need.</summary>
internal interface ITileWidth
{
    static abstract int Vectors { get; }
}

internal readonly struct OneVector : ITileWidth
{
    public static int Vectors => 1;
}

internal readonly struct TwoVectors : ITileWidth
{
    public static int Vectors => 2;
}

internal readonly struct ThreeVectors : ITileWidth
{
    public static int Vectors => 3;
}
