/**
 * What the group policy editor says of each policy, in four languages. The names are the application's own
 * (resources/translations, `policies.json`), so that who sets one and who reads it use the same word.
 */
import type { PolicyName } from '../../src-shared/policy/policy.ts';

export const languages = { en: 'en-US', de: 'de-DE', fr: 'fr-FR', es: 'es-ES' } as const;
export type Language = keyof typeof languages;

type Explained = { readonly [N in PolicyName]: string };
export const explained: { readonly [L in Language]: Explained } = {
  en: {
    idleMinutes: 'Minutes without input until the workstation locks by itself, 1 to 60. No user can change it.',
    pinAllowed:
      'Disabled: nobody comes back with a PIN, and none is set. Enabled or not configured: the clinic’s admins decide.',
    exportAllowed:
      'Disabled: nothing leaves by export or print, whoever asks; this includes the log and reports for patients. Enabled or not configured: users’ permissions decide.',
    backupTargets:
      'Folders for a copy of the encrypted record before each update, one per line, at most eight, full paths. The first that can be reached is used.',
    screenCaptureProtected:
      'Enabled: the window is kept out of screenshots, recordings and screen sharing, where the system can. Disabled or not configured: it is not.',
    updateSource:
      'Where updates come from: an https address, a folder such as \\\\server\\share\\carekeep, or off. Not configured: only from a bundle file that IT staff open.',
    updateRoot:
      'The file root.json whose keys sign updates, full path. Nobody but administrators may be able to write it. Not configured: the one in the package.',
    updateChannel: 'Which releases are offered.',
    updateRing: 'Whether this workstation gets new versions first, or after the pilots.',
    updateCa:
      'Certificate authorities of the clinic’s own update mirror, PEM, one line of it per line. They come beside the system’s.',
    updateProxy: 'Proxy for updates: none, or an address such as http://proxy:3128. Not configured: the system’s.',
    backendAddress:
      'The one backend that this workstation may be connected to, as an https address; without a port it is 8443.',
    backendCa: 'SHA-256 fingerprint of that backend’s authority, hex, as the backend shows it.',
    helpAddress: 'A page of the clinic’s own, as an https address, opened in the browser from Help.',
  },
  de: {
    idleMinutes:
      'Minuten ohne Eingabe, bis sich der Arbeitsplatz selbst sperrt, 1 bis 60. Niemand kann das in Carekeep ändern.',
    pinAllowed:
      'Deaktiviert: Niemand kehrt mit einer PIN zurück, und keine wird gesetzt. Aktiviert oder nicht konfiguriert: Die Admins der Praxis entscheiden.',
    exportAllowed:
      'Deaktiviert: Nichts verlässt Carekeep durch Export oder Druck, wer auch fragt; auch nicht das Protokoll und Auskünfte an Patienten. Aktiviert oder nicht konfiguriert: Die Rechte der Benutzer entscheiden.',
    backupTargets:
      'Ordner für eine Kopie der verschlüsselten Akten vor jedem Update, einer je Zeile, höchstens acht, volle Pfade. Der erste erreichbare wird benutzt.',
    screenCaptureProtected:
      'Aktiviert: Das Fenster bleibt aus Bildschirmfotos, Aufnahmen und Bildschirmfreigaben heraus, wo das System es kann. Deaktiviert oder nicht konfiguriert: nicht.',
    updateSource:
      'Woher Updates kommen: eine https-Adresse, ein Ordner wie \\\\server\\freigabe\\carekeep oder off. Nicht konfiguriert: nur aus einer Bündeldatei, die die IT öffnet.',
    updateRoot:
      'Die Datei root.json, deren Schlüssel Updates unterschreiben, voller Pfad. Nur Administratoren dürfen sie schreiben können. Nicht konfiguriert: die im Paket.',
    updateChannel: 'Welche Versionen angeboten werden.',
    updateRing: 'Ob dieser Arbeitsplatz neue Versionen zuerst bekommt oder nach den Piloten.',
    updateCa:
      'Zertifizierungsstellen des eigenen Update-Spiegels, PEM, eine Zeile davon je Zeile. Sie kommen zu denen des Systems hinzu.',
    updateProxy:
      'Proxy für Updates: none oder eine Adresse wie http://proxy:3128. Nicht konfiguriert: der des Systems.',
    backendAddress:
      'Das eine Backend, mit dem dieser Arbeitsplatz verbunden werden darf, als https-Adresse; ohne Port ist es 8443.',
    backendCa:
      'SHA-256-Fingerabdruck der Zertifizierungsstelle dieses Backends, hexadezimal, wie das Backend ihn zeigt.',
    helpAddress: 'Eine eigene Seite der Praxis als https-Adresse, aus der Hilfe im Browser geöffnet.',
  },
  fr: {
    idleMinutes:
      'Minutes sans saisie avant que le poste ne se verrouille de lui-même, de 1 à 60. Aucun utilisateur ne peut le changer.',
    pinAllowed:
      'Désactivé : personne ne revient avec un code PIN, et aucun n’est défini. Activé ou non configuré : les admins du cabinet décident.',
    exportAllowed:
      'Désactivé : rien ne sort par export ou impression, qui que ce soit qui le demande ; le journal et les rapports pour les patients non plus. Activé ou non configuré : les droits des utilisateurs décident.',
    backupTargets:
      'Dossiers pour une copie des dossiers chiffrés avant chaque mise à jour, un par ligne, huit au plus, chemins complets. Le premier accessible est utilisé.',
    screenCaptureProtected:
      'Activé : la fenêtre est tenue hors des captures, enregistrements et partages d’écran, là où le système le peut. Désactivé ou non configuré : elle ne l’est pas.',
    updateSource:
      'D’où viennent les mises à jour : une adresse https, un dossier tel que \\\\serveur\\partage\\carekeep, ou off. Non configuré : seulement d’un fichier groupé ouvert par le service informatique.',
    updateRoot:
      'Le fichier root.json dont les clés signent les mises à jour, chemin complet. Seuls des administrateurs doivent pouvoir l’écrire. Non configuré : celui du paquet.',
    updateChannel: 'Quelles versions sont proposées.',
    updateRing: 'Si ce poste reçoit les nouvelles versions en premier, ou après les pilotes.',
    updateCa:
      'Autorités de certification du miroir de mises à jour du cabinet, PEM, une de ses lignes par ligne. Elles s’ajoutent à celles du système.',
    updateProxy:
      'Proxy pour les mises à jour : none, ou une adresse telle que http://proxy:3128. Non configuré : celui du système.',
    backendAddress: 'Le seul backend auquel ce poste peut être relié, en adresse https ; sans port, c’est 8443.',
    backendCa: 'Empreinte SHA-256 de l’autorité de ce backend, en hexadécimal, telle que le backend l’affiche.',
    helpAddress: 'Une page du cabinet, en adresse https, ouverte dans le navigateur depuis l’aide.',
  },
  es: {
    idleMinutes:
      'Minutos sin actividad hasta que el puesto se bloquea solo, de 1 a 60. Ningún usuario puede cambiarlo.',
    pinAllowed:
      'Deshabilitada: nadie vuelve con un PIN y no se establece ninguno. Habilitada o sin configurar: lo deciden los administradores de la clínica.',
    exportAllowed:
      'Deshabilitada: nada sale por exportación o impresión, lo pida quien lo pida; tampoco el registro ni los informes para pacientes. Habilitada o sin configurar: deciden los permisos de los usuarios.',
    backupTargets:
      'Carpetas para una copia de las historias cifradas antes de cada actualización, una por línea, ocho como máximo, rutas completas. Se usa la primera accesible.',
    screenCaptureProtected:
      'Habilitada: la ventana queda fuera de capturas, grabaciones y pantallas compartidas, donde el sistema puede. Deshabilitada o sin configurar: no.',
    updateSource:
      'De dónde vienen las actualizaciones: una dirección https, una carpeta como \\\\servidor\\recurso\\carekeep, u off. Sin configurar: solo de un paquete que abra el personal de informática.',
    updateRoot:
      'El archivo root.json cuyas claves firman las actualizaciones, ruta completa. Solo los administradores deben poder escribirlo. Sin configurar: el del paquete.',
    updateChannel: 'Qué versiones se ofrecen.',
    updateRing: 'Si este puesto recibe antes las versiones nuevas, o después de los pilotos.',
    updateCa:
      'Autoridades de certificación de la réplica de actualizaciones propia, PEM, una de sus líneas por línea. Se suman a las del sistema.',
    updateProxy:
      'Proxy para las actualizaciones: none, o una dirección como http://proxy:3128. Sin configurar: el del sistema.',
    backendAddress:
      'El único backend al que puede conectarse este puesto, como dirección https; sin puerto es el 8443.',
    backendCa: 'Huella SHA-256 de la autoridad de ese backend, en hexadecimal, tal como la muestra el backend.',
    helpAddress: 'Una página de la clínica, como dirección https, que se abre en el navegador desde Ayuda.',
  },
};

/** Words around the policies. */
export const around: { readonly [L in Language]: { readonly supported: string; readonly templates: string } } = {
  en: { supported: 'Windows 10 or newer', templates: 'What IT staff decide for Carekeep on this computer' },
  de: { supported: 'Windows 10 oder neuer', templates: 'Was die IT für Carekeep auf diesem Rechner entscheidet' },
  fr: {
    supported: 'Windows 10 ou plus récent',
    templates: 'Ce que le service informatique décide pour Carekeep sur cet ordinateur',
  },
  es: {
    supported: 'Windows 10 o posterior',
    templates: 'Lo que el personal de informática decide para Carekeep en este equipo',
  },
};

/** Values for the examples; each fits the schema. */
export const example = {
  idleMinutes: 5,
  pinAllowed: false,
  exportAllowed: true,
  backupTargets: ['/srv/carekeep-copies'],
  screenCaptureProtected: true,
  updateSource: 'https://updates.clinic.example/carekeep',
  updateRoot: '/etc/carekeep/root.json',
  updateChannel: 'stable',
  updateRing: 'everyone',
  updateCa: '-----BEGIN CERTIFICATE-----\nput the lines of your authority here\n-----END CERTIFICATE-----',
  updateProxy: 'http://proxy.clinic.example:3128',
  backendAddress: 'https://backend.clinic.example:8443',
  backendCa: '00:'.repeat(31).concat('00'),
  helpAddress: 'https://intranet.clinic.example/carekeep',
} as const satisfies { readonly [N in PolicyName]: string | number | boolean | readonly string[] };
