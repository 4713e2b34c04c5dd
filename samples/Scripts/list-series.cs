#!/usr/bin/env dotnet
#:project ../../src/CloudOptimizedDicom/CloudOptimizedDicom.csproj
#:property PublishAot=false

// dotnet run list-series.cs DATASTORE: every series with its patient, modality and number of instances.
using CloudOptimizedDicom;
using CloudOptimizedDicom.Part10;

if (args.Length != 1)
{
    Console.Error.WriteLine("Usage: dotnet run list-series.cs DATASTORE");
    return 2;
}

await using CodDatastore datastore = await CodDatastore.OpenAsync(args[0]);
await foreach (SeriesListing listing in datastore.ListSeriesAsync())
{
    await using CodObject series = await datastore.OpenSeriesAsync(listing.Id.StudyUid, listing.Id.SeriesUid, CodMode.Read);
    IReadOnlyList<Instance> instances = series.GetInstances();
    string? patient = instances.Count > 0 ? instances[0].Metadata.GetString(DicomTag.PatientName) : null;
    string? modality = instances.Count > 0 ? instances[0].Metadata.GetString(DicomTag.Modality) : null;
    Console.WriteLine($"{listing.Id}\t{modality}\t{patient}\t{instances.Count}");
}

return 0;
