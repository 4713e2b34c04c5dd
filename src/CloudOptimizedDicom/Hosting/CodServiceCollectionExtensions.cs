using System.Diagnostics.Metrics;
using CloudOptimizedDicom;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds datastores to the services of a host.</summary>
public static class CodServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="CodDatastore"/> as a singleton, opened when it is first asked for and disposed with the services, which
    /// must be disposed asynchronously, as hosts do. What the options leave out (<see cref="ILoggerFactory"/>,
    /// <see cref="TimeProvider"/>, <see cref="IMeterFactory"/>) is taken from the services. A second datastore without a key is
    /// not added.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="path">A directory, or <c>gs://bucket</c> or <c>gs://bucket/prefix</c>.</param>
    /// <param name="options">How it is opened; <see langword="null"/> for the defaults.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentException">The path is empty. One of a kind that is not supported shows when the datastore is asked for.</exception>
    public static IServiceCollection AddCloudOptimizedDicom(this IServiceCollection services, string path, CodDatastoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return services.AddCloudOptimizedDicom(path, _ => options ?? new CodDatastoreOptions());
    }

    /// <param name="services">The services.</param>
    /// <param name="path">A directory, or <c>gs://bucket</c> or <c>gs://bucket/prefix</c>.</param>
    /// <param name="options">How it is opened, from other services such as a configuration.</param>
    /// <returns>The services.</returns>
    /// <inheritdoc cref="AddCloudOptimizedDicom(IServiceCollection, string, CodDatastoreOptions)"/>
    public static IServiceCollection AddCloudOptimizedDicom(
        this IServiceCollection services, string path, Func<IServiceProvider, CodDatastoreOptions> options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(options);
        services.TryAddSingleton(provider => Open(provider, path, options(provider)));
        return services;
    }

    /// <summary>
    /// Adds one of several datastores, under a key: <c>[FromKeyedServices("archive")] CodDatastore archive</c>. Else as
    /// <see cref="AddCloudOptimizedDicom(IServiceCollection, string, CodDatastoreOptions)"/>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key; a second datastore with the same one is not added.</param>
    /// <param name="path">A directory, or <c>gs://bucket</c> or <c>gs://bucket/prefix</c>.</param>
    /// <param name="options">How it is opened; <see langword="null"/> for the defaults.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentException">The path is empty. One of a kind that is not supported shows when the datastore is asked for.</exception>
    public static IServiceCollection AddKeyedCloudOptimizedDicom(
        this IServiceCollection services, object serviceKey, string path, CodDatastoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(serviceKey);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        services.TryAddKeyedSingleton(serviceKey, (provider, _) => Open(provider, path, options ?? new CodDatastoreOptions()));
        return services;
    }

    private static CodDatastore Open(IServiceProvider provider, string path, CodDatastoreOptions options) => CodDatastore.Open(path, options with
    {
        LoggerFactory = options.LoggerFactory ?? provider.GetService<ILoggerFactory>(),
        MeterFactory = options.MeterFactory ?? provider.GetService<IMeterFactory>(),
        TimeProvider = ReferenceEquals(options.TimeProvider, TimeProvider.System) ? provider.GetService<TimeProvider>() ?? TimeProvider.System : options.TimeProvider,
    });
}
