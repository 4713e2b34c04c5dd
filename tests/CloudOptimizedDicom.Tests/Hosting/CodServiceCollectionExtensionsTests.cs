using System.Diagnostics.Metrics;
using CloudOptimizedDicom.Tests.Diagnostics;
using CloudOptimizedDicom.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CloudOptimizedDicom.Tests.Hosting;

/// <summary>Datastores as services of a host.</summary>
public sealed class CodServiceCollectionExtensionsTests
{
    private string _directory = "";

    [SetUp]
    public void CreateDirectory() => _directory = Directory.CreateTempSubdirectory("cod-hosting-").FullName;

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public async Task AddCloudOptimizedDicom_Path_IsOneDatastoreThatWorks()
    {
        await using ServiceProvider services = new ServiceCollection().AddCloudOptimizedDicom(_directory).BuildServiceProvider();
        CodDatastore datastore = services.GetRequiredService<CodDatastore>();
        await using AsyncServiceScope scope = services.CreateAsyncScope();
        Assert.That(scope.ServiceProvider.GetRequiredService<CodDatastore>(), Is.SameAs(datastore));
        string file = Repository.TestData("dicom", "appendset", "1.dcm");
        SeriesId id = await datastore.IdentifyAsync(new Instance(file));
        await datastore.AppendToSeriesAsync(id.StudyUid, id.SeriesUid, [new Instance(file)]);
        await using CodObject series = await datastore.OpenSeriesAsync(id.StudyUid, id.SeriesUid, CodMode.Read);
        Assert.That(series.StoredInstanceCount, Is.EqualTo(1));
    }

    [Test]
    public async Task AddCloudOptimizedDicom_ServicesOfTheHost_AreUsedUnlessTheOptionsNameOthers()
    {
        using var meters = new MeasurementRecorder();
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        var ours = new ManualTimeProvider(DateTimeOffset.UtcNow);
        IServiceCollection collection = new ServiceCollection()
            .AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance)
            .AddSingleton<IMeterFactory>(meters)
            .AddSingleton<TimeProvider>(clock)
            .AddCloudOptimizedDicom(_directory)
            .AddKeyedCloudOptimizedDicom("other", _directory, new CodDatastoreOptions { TimeProvider = ours });
        await using ServiceProvider services = collection.BuildServiceProvider();
        CodDatastoreOptions options = services.GetRequiredService<CodDatastore>().Options;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(options.LoggerFactory, Is.SameAs(NullLoggerFactory.Instance));
            Assert.That(options.MeterFactory, Is.SameAs(meters));
            Assert.That(options.TimeProvider, Is.SameAs(clock));
            Assert.That(services.GetRequiredKeyedService<CodDatastore>("other").Options.TimeProvider, Is.SameAs(ours));
        }
    }

    [Test]
    public async Task AddCloudOptimizedDicom_OptionsFromServices_AreThoseOfTheContainer()
    {
        await using ServiceProvider services = new ServiceCollection()
            .AddSingleton(new CodDatastoreOptions { MetadataCacheBytes = 17 })
            .AddCloudOptimizedDicom(_directory, provider => provider.GetRequiredService<CodDatastoreOptions>())
            .BuildServiceProvider();
        Assert.That(services.GetRequiredService<CodDatastore>().Options.MetadataCacheBytes, Is.EqualTo(17));
    }

    [Test]
    public async Task AddKeyedCloudOptimizedDicom_SeveralKeys_AreSeveralDatastores()
    {
        await using ServiceProvider services = new ServiceCollection()
            .AddCloudOptimizedDicom(_directory)
            .AddKeyedCloudOptimizedDicom("archive", "gs://archive/cod", new CodDatastoreOptions { Endpoint = new Uri("http://localhost:1") })
            .AddKeyedCloudOptimizedDicom("cache", Path.Combine(_directory, "cache"))
            .BuildServiceProvider();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(services.GetRequiredService<CodDatastore>().Uri, Is.EqualTo(_directory));
            Assert.That(services.GetRequiredKeyedService<CodDatastore>("archive").Uri, Is.EqualTo("gs://archive/cod"));
            Assert.That(services.GetRequiredKeyedService<CodDatastore>("cache").Uri, Is.EqualTo(Path.Combine(_directory, "cache")));
        }
    }

    [Test]
    public async Task AddCloudOptimizedDicom_ServicesDisposed_DisposeTheDatastore()
    {
        CodDatastore datastore;
        await using (ServiceProvider services = new ServiceCollection()
            .AddCloudOptimizedDicom("gs://archive", new CodDatastoreOptions { Endpoint = new Uri("http://localhost:1") })
            .BuildServiceProvider())
        {
            datastore = services.GetRequiredService<CodDatastore>();
        }

        Assert.That(() => datastore.OpenSeriesAsync("1.2", "1.2.3", CodMode.Read), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void AddCloudOptimizedDicom_NoPath_IsRefusedAtOnce() =>
        Assert.That(() => new ServiceCollection().AddCloudOptimizedDicom(" "), Throws.ArgumentException);
}
