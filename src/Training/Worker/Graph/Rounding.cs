namespace Platform.Training.Graph;

/// <summary>What products round their inputs to, beside frozen weights that are not F32.</summary>
public enum Rounding
{
    /// <summary>Nothing: every matrix is F32.</summary>
    None,

    /// <summary>At most to F16, or by a graphics card, which multiplies F32 with fewer digits.</summary>
    Half,

    /// <summary>To BF16 or to whole numbers of 8 bits.</summary>
    Coarse,
}
