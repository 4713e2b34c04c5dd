using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.TestProcess.Steps;

namespace CloudOptimizedDicom.TestProcess.Soak;

/// <summary>Where a process of a soak works.</summary>
/// <param name="Id">Its number, which no other process has.</param>
/// <param name="Store">The datastore: a directory, or a bucket and a prefix.</param>
/// <param name="Copies">The datastore that series are copied to.</param>
/// <param name="Scratch">A directory for the files that are stored.</param>
/// <param name="Endpoint">Where the emulator is; empty for a directory.</param>
internal sealed record SoakSettings(int Id, string Store, string Copies, string Scratch, string Endpoint)
{
    /// <summary>How many series the processes share.</summary>
    public const int SeriesCount = 3;

    /// <summary>The series from which nobody ever removes anything.</summary>
    public const int AppendedOnly = 0;

    /// <summary>The series whose instances are replaced at times, fields and all.</summary>
    public const int Replaced = 2;

    public const string FieldPrefix = "soak_";

    /// <summary>The field that a process sets.</summary>
    public static string Field(int id) => $"{FieldPrefix}{id}";

    /// <summary>The file that an instance is stored from.</summary>
    public static string Origin(string scratch, int series, int number, int version = 0) => Path.Combine(scratch, $"{series}-{number}-{version}.dcm");

    /// <summary>Opens a datastore whose requests are counted.</summary>
    public Task<CodDatastore> OpenAsync(string path, StepCounter steps, HttpMessageHandler handler) => Endpoint.Length == 0
        ? Task.FromResult(CodDatastore.FromStore(new StepStore(new LocalObjectStore(path, new LocalObjectStoreOptions { Steps = new StepFiles(steps) }), steps)))
        : CodDatastore.OpenAsync(path, new CodDatastoreOptions { Endpoint = new Uri(Endpoint), HttpMessageHandler = handler, ScratchDirectory = Scratch });
}
