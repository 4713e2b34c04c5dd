namespace CloudOptimizedDicom;

/// <summary>How far a call over many instances is.</summary>
/// <param name="Instances">Instances dealt with, whatever became of them.</param>
/// <param name="Bytes">Their bytes.</param>
public readonly record struct InstanceProgress(int Instances, long Bytes);
